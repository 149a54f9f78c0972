package io.lkagent.probe.faults;

import io.lkagent.supervise.StopReason;

/**
 * What followed from a fault.
 *
 * @param words for people
 * @param reason what the worker would have recorded
 */
record Seen(boolean passed, String words, String reason) {
  static Seen good(String words, StopReason reason) {
    return new Seen(true, words, reason.text());
  }

  static Seen bad(String words, String reason) {
    return new Seen(false, words, reason);
  }

  /** The same, with something that should not be. */
  Seen but(String wrong) {
    return new Seen(false, words.isEmpty() ? wrong : words + "; but " + wrong, reason);
  }
}
