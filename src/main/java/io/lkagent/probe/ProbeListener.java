package io.lkagent.probe;

/** Hears how a probe goes on; called on the probe's threads, must not block. */
public interface ProbeListener {
  /** What is done now, in a few words for people. */
  void step(String words);

  /** One start has ended. */
  void ended(ProbeRun run);

  static ProbeListener none() {
    return new ProbeListener() {
      @Override
      public void step(String words) {}

      @Override
      public void ended(ProbeRun run) {}
    };
  }
}
