package io.lkagent.ipc;

import java.io.IOException;

/** A line passed the job protocol's limit. */
public final class FrameTooLongException extends IOException {
  private static final long serialVersionUID = 1L;

  FrameTooLongException(int limit) {
    super("a frame is longer than " + limit + " bytes");
  }
}
