package io.lkagent.probe.faults;

/** Who does what a fault is about. */
public enum Side {
  /** The worker, or somebody in its place: it tests the agent. */
  WORKER("worker"),

  /** The agent: it tests the worker's supervision, with the agent as its stage. */
  AGENT("agent");

  private final String text;

  Side(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
