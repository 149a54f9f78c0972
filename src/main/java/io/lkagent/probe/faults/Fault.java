package io.lkagent.probe.faults;

/**
 * One fault that can be made on purpose, and what should follow from it.
 *
 * @param name as {@code --faults} names it
 * @param what is done, in one line
 * @param expected what should follow, in a few words
 * @param rule of the job protocol that it checks
 */
public record Fault(
    String name, Side side, String what, String expected, String rule, Scenario scenario) {
  /** Makes the fault and watches what follows. */
  @FunctionalInterface
  interface Scenario {
    Seen play(Trial trial) throws InterruptedException;
  }

  /** Its name only: the scenario has no words. */
  @Override
  public String toString() {
    return name;
  }
}
