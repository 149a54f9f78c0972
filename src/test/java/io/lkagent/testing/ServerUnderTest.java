package io.lkagent.testing;

/** A LiveKit server that tests talk to: the real one, or the dev server. */
public interface ServerUnderTest extends AutoCloseable {
  /** Where workers and participants connect, as {@code ws://…}. */
  String url();

  String key();

  String secret();

  /** Ends the server and starts it again at the same address; nothing is remembered. */
  void restart();

  @Override
  void close();
}
