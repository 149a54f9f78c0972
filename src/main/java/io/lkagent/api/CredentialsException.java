package io.lkagent.api;

/** An API key or its secret is not there; the message says where it was looked for. */
public final class CredentialsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CredentialsException(String message) {
    super(message);
  }
}
