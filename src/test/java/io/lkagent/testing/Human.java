package io.lkagent.testing;

/**
 * A human in a room, on either server and without media: on the real one it speaks LiveKit's
 * signalling only, and is in the room for the seconds that the server waits for the media.
 */
public final class Human implements AutoCloseable {
  private static final String SIGNALLING = "/rtc?protocol=15&sdk=js&version=2.0.0&auto_subscribe=0";

  private final RawWebSocket socket;

  private Human(RawWebSocket socket) {
    this.socket = socket;
  }

  public static Human join(ServerUnderTest server, String room, String identity) {
    String path = server instanceof RealLiveKit ? SIGNALLING : "/dev/join";
    String token = TestTokens.participant(server, room, identity);
    try {
      return new Human(RawWebSocket.connect(server.url() + path, token));
    } catch (RawWebSocket.UpgradeRefused e) {
      throw new AssertionError(e);
    }
  }

  /** Drops the connection, as one does whose browser is closed. */
  @Override
  public void close() {
    socket.close();
  }
}
