package io.lkagent.sdk;

import org.jspecify.annotations.Nullable;

/** A component could not be loaded; the cause says why. */
public final class ComponentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ComponentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
