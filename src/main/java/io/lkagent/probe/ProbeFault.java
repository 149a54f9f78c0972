package io.lkagent.probe;

/** Why a probe cannot be made, in one line that names the remedy. */
public final class ProbeFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final String detail;

  public ProbeFault(String line) {
    this(line, "");
  }

  /** With what was printed by the agent itself. */
  public ProbeFault(String line, String detail) {
    super(line);
    this.detail = detail;
  }

  public String line() {
    return String.valueOf(getMessage());
  }

  public String detail() {
    return detail;
  }
}
