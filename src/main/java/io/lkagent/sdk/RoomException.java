package io.lkagent.sdk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The room cannot be joined, or not be reached any more. */
public class RoomException extends IOException {
  private static final long serialVersionUID = 1L;

  public RoomException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
