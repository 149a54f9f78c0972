package io.lkagent.process;

/** The system would not start a process: no such program, no room for more processes or files. */
public final class SpawnException extends Exception {
  private static final long serialVersionUID = 1L;

  public SpawnException(String message, Throwable cause) {
    super(message, cause);
  }
}
