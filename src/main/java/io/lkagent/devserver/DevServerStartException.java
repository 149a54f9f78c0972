package io.lkagent.devserver;

/** The dev server could not start: its address is taken, or its certificate cannot be read. */
public final class DevServerStartException extends Exception {
  private static final long serialVersionUID = 1L;

  DevServerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
