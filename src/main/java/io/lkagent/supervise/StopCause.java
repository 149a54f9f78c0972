package io.lkagent.supervise;

/**
 * A stop's reason and the words for people that go with it.
 *
 * @param detail what happened, in a few words; may be empty
 */
public record StopCause(StopReason reason, String detail) {
  public static StopCause of(StopReason reason) {
    return new StopCause(reason, "");
  }

  /** This cause, or {@code later} when that one says more. */
  StopCause or(StopCause later) {
    return later.reason.compareTo(reason) > 0 ? later : this;
  }

  /** {@code init-timeout: no hello within 10 s}. */
  public String words() {
    return detail.isEmpty() ? reason.text() : reason.text() + ": " + detail;
  }
}
