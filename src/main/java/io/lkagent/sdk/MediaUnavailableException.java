package io.lkagent.sdk;

/** This build has no engine for the media of the server that the room is on. */
public final class MediaUnavailableException extends RoomException {
  private static final long serialVersionUID = 1L;

  public MediaUnavailableException(String message) {
    super(message, null);
  }
}
