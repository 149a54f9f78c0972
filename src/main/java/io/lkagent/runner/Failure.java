package io.lkagent.runner;

/** What went wrong in the agent's code, as one line for the worker's reports. */
final class Failure {
  private static final int LONGEST = 500;

  private Failure() {}

  /** The exception and the deepest of its causes, with messages, on one line. */
  static String line(Throwable thrown) {
    Throwable root = thrown;
    for (int i = 0; i < 20 && root.getCause() != null; i++) {
      root = root.getCause();
    }
    String line = thrown.getCause() == null ? thrown.toString() : thrown + ", caused by " + root;
    String flat = line.replace('\n', ' ').replace('\r', ' ');
    return flat.length() <= LONGEST ? flat : flat.substring(0, LONGEST) + "…";
  }

  /** As {@link #line}, and for memory what to change. */
  static String withRemedy(Throwable thrown) {
    if (thrown instanceof OutOfMemoryError) {
      long heap = Runtime.getRuntime().maxMemory() / (1024 * 1024);
      return line(thrown) + " (heap limit " + heap + " MB: raise it with --jvm-arg=-Xmx…)";
    }
    return line(thrown);
  }
}
