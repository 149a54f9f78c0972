package io.lkagent.devserver;

/** A token that is not one of this server's, or no longer. */
final class RefusedTokenException extends Exception {
  private static final long serialVersionUID = 1L;

  RefusedTokenException(String message) {
    super(message, null, false, false);
  }
}
