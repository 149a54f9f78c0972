package io.lkagent.http;

/** The port cannot be had, or cannot be told; the message is one line with the remedy. */
public final class CannotListenException extends Exception {
  private static final long serialVersionUID = 1L;

  CannotListenException(String message, Throwable cause) {
    super(message, cause);
  }
}
