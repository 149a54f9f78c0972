package io.lkagent.frameworks;

/** An app that cannot be run: one line with the remedy, and what the app itself printed of it. */
public final class AppFault extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong, for callers that want to tell cases apart. */
  public enum Kind {
    /** No such file, or none of the names that are looked for. */
    NO_APP_FILE,
    /** No interpreter, or a folder that is no virtual environment. */
    NO_INTERPRETER,
    FRAMEWORK_MISSING,
    FRAMEWORK_OLD,
    /** The app raised an error while it was loaded. */
    IMPORT,
    /** The app ended its process while it was loaded. */
    EXIT,
    NO_WORKER,
    TWO_WORKERS,
    UNSUPPORTED,
    /** Our own host process broke: it died, hung, or wrote what is not its protocol. */
    HOST
  }

  private final Kind kind;
  private final String detail;

  AppFault(Kind kind, String message, String detail) {
    super(message);
    this.kind = kind;
    this.detail = detail;
  }

  AppFault(Kind kind, String message) {
    this(kind, message, "");
  }

  public Kind kind() {
    return kind;
  }

  /** One line for people, with the remedy. */
  public String line() {
    return String.valueOf(getMessage());
  }

  /** What belongs below the line, such as the app's own traceback; may be empty. */
  public String detail() {
    return detail;
  }
}
