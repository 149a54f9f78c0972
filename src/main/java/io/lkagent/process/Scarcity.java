package io.lkagent.process;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to raise when the system refused a process or a thread. */
public final class Scarcity {
  // The JDK names the error's number in both forms; the words after it depend on the locale.
  private static final Pattern NUMBER = Pattern.compile("error(?:=|: )(\\d+)");
  private static final String OR_FEWER = ", or lower --max-jobs";
  private static final String PROCESSES =
      ": raise the limit of processes and threads (ulimit -u; in a container, its pids limit)"
          + OR_FEWER;

  private Scarcity() {}

  /** The remedy as the end of a line ({@code ": raise …"}), empty when nothing is scarce. */
  public static String remedy(String detail) {
    Matcher number = NUMBER.matcher(detail);
    return switch (number.find() ? number.group(1) : "") {
      case "11", "35" -> PROCESSES;
      case "12" -> ": give it more memory" + OR_FEWER;
      case "23", "24" -> ": raise the limit of open files (ulimit -n)" + OR_FEWER;
      default -> detail.contains("unable to create native thread") ? PROCESSES : "";
    };
  }
}
