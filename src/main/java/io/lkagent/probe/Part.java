package io.lkagent.probe;

import java.util.Locale;

/** Which of a probe's starts one is. */
public enum Part {
  /** The first of all: whatever was not in memory had to be read. Shown apart. */
  FIRST,

  /** Made and left out of the figures. */
  WARM_UP,

  /** With the agent's files taken out of the system's cache. */
  COLD,

  /** What the figures are about. */
  WARM;

  /** As reports show it: {@code warm-up}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
