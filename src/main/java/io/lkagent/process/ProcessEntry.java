package io.lkagent.process;

import java.util.Optional;

/**
 * One process as the kernel lists it. Its pid and start time together name it for ever; the pid
 * alone may be given to another.
 *
 * @param startTicks when it started, in clock ticks since the machine's start
 * @param faults how often it has touched a page that it had not, or not for itself
 * @param resident pages in memory, shared ones included
 */
public record ProcessEntry(
    long pid, long parent, long session, long startTicks, char state, long faults, long resident) {
  private static final int STATE = 0;
  private static final int PARENT = 1;
  private static final int SESSION = 3;
  private static final int MINOR_FAULTS = 7;
  private static final int MAJOR_FAULTS = 9;
  private static final int START = 19;
  private static final int RESIDENT = 21;

  /** True while it can still do something: neither a zombie nor dead. */
  public boolean running() {
    return state != 'Z' && state != 'X';
  }

  /** Reads the line of {@code /proc/PID/stat}; the name in it may hold blanks and brackets. */
  static Optional<ProcessEntry> parse(String stat) {
    int open = stat.indexOf('(');
    int close = stat.lastIndexOf(')');
    if (open < 0 || close < open) {
      return Optional.empty();
    }
    String[] fields = stat.substring(close + 1).strip().split("\\s+", -1);
    if (fields.length <= RESIDENT) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcessEntry(
              Long.parseLong(stat.substring(0, open).strip()),
              Long.parseLong(fields[PARENT]),
              Long.parseLong(fields[SESSION]),
              Long.parseLong(fields[START]),
              fields[STATE].charAt(0),
              Long.parseLong(fields[MINOR_FAULTS]) + Long.parseLong(fields[MAJOR_FAULTS]),
              Long.parseLong(fields[RESIDENT])));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
