package io.lkagent.sdk;

import org.jspecify.annotations.Nullable;

/**
 * A component could not be loaded; the cause says why. A loader that throws one without a cause
 * says all there is to know in its message, and no stack trace is logged.
 */
public final class ComponentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ComponentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
