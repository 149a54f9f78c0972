package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A participant of a dev server's room, over its plain WebSocket. */
public final class RawParticipant implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final RawWebSocket socket;
  private final JsonObject joined;

  private RawParticipant(RawWebSocket socket) {
    this.socket = socket;
    this.joined = expect("joined");
  }

  /** Joins as a human. */
  public static RawParticipant join(ServerUnderTest server, String room, String identity) {
    return join(server, TestTokens.participant(server, room, identity));
  }

  /** Joins with a token of the caller's, an assignment's for example. */
  public static RawParticipant join(ServerUnderTest server, String token) {
    try {
      return new RawParticipant(RawWebSocket.connect(server.url() + "/dev/join", token));
    } catch (RawWebSocket.UpgradeRefused e) {
      throw new AssertionError(e);
    }
  }

  /** The first message: the room, oneself, the others. */
  public JsonObject joined() {
    return joined;
  }

  /** The next message must be of this type. */
  public JsonObject expect(String type) {
    return switch (socket.next(SOON)) {
      case RawWebSocket.Frame.Text(String text) -> {
        JsonObject message = Json.parseObject(text);
        assertEquals(type, message.string("type"), text);
        yield message;
      }
      case RawWebSocket.Frame.Binary _ -> fail("a binary frame");
      case RawWebSocket.Frame.Ended(int code) -> fail("the connection ended with " + code);
    };
  }

  /** The next thing must be the connection's end; its close code. */
  public int ended() {
    return socket.next(SOON) instanceof RawWebSocket.Frame.Ended(int code)
        ? code
        : fail("another frame came");
  }

  public void say(@Nullable Object... keysAndValues) {
    socket.send(Json.write(Json.object(keysAndValues)));
  }

  public RawWebSocket socket() {
    return socket;
  }

  /** Drops the connection, as a participant's process does that dies. */
  @Override
  public void close() {
    socket.close();
  }
}
