package io.lkagent.api;

import io.livekit.server.AccessToken;
import io.livekit.server.Agent;
import io.livekit.server.RoomAdmin;
import io.livekit.server.RoomCreate;
import io.livekit.server.RoomJoin;
import io.livekit.server.RoomList;
import io.livekit.server.RoomName;
import io.livekit.server.VideoGrant;
import java.time.Duration;

/** Access tokens for LiveKit, each valid for a short time. */
public final class Tokens {
  private static final Duration LIFE = Duration.ofHours(1);

  private Tokens() {}

  /** For a worker that registers. */
  public static String agentWorker(Credentials credentials) {
    return token(credentials, "", new Agent(true));
  }

  /** For calls about all rooms. */
  static String rooms(Credentials credentials) {
    return token(credentials, "", new RoomList(true), new RoomCreate(true));
  }

  /** For calls about one room. */
  static String roomAdmin(Credentials credentials, String room) {
    return token(credentials, "", new RoomAdmin(true), new RoomName(room), new RoomCreate(true));
  }

  /** For a participant who joins a room. */
  public static String participant(Credentials credentials, String room, String identity) {
    return token(credentials, identity, new RoomJoin(true), new RoomName(room));
  }

  private static String token(Credentials credentials, String identity, VideoGrant... grants) {
    AccessToken token = new AccessToken(credentials.key(), credentials.secret());
    token.setTtl(LIFE.toMillis());
    if (!identity.isEmpty()) {
      token.setIdentity(identity);
    }
    token.addGrants(grants);
    return token.toJwt();
  }
}
