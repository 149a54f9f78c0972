package io.lkagent.protocol;

/** A server or proxy address cannot be used; the message says which, why, and what to write. */
public final class BadEndpointException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  BadEndpointException(String message) {
    super(message);
  }
}
