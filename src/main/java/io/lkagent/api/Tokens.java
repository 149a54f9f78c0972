package io.lkagent.api;

import io.livekit.server.AccessToken;
import io.livekit.server.Agent;
import io.livekit.server.RoomAdmin;
import io.livekit.server.RoomCreate;
import io.livekit.server.RoomJoin;
import io.livekit.server.RoomList;
import io.livekit.server.RoomName;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes the signed tokens that a LiveKit server asks for. */
public final class Tokens {
  private static final Duration WORKER_TTL = Duration.ofHours(1);
  private static final Duration ADMIN_TTL = Duration.ofMinutes(10);

  private Tokens() {}

  /** Lets a worker register. */
  public static String agentWorker(Credentials credentials) {
    AccessToken token = token(credentials, WORKER_TTL);
    token.addGrants(new Agent(true));
    return token.toJwt();
  }

  /** Lets a participant join one room; for tests and the dev server. */
  public static String participant(
      Credentials credentials, String room, String identity, String name, Duration ttl) {
    AccessToken token = token(credentials, ttl);
    token.setIdentity(identity);
    token.setName(name);
    token.addGrants(new RoomJoin(true), new RoomName(room));
    return token.toJwt();
  }

  /** Lets its bearer create and list rooms, and administer {@code room} when one is named. */
  public static String admin(Credentials credentials, @Nullable String room) {
    AccessToken token = token(credentials, ADMIN_TTL);
    token.addGrants(new RoomCreate(true), new RoomList(true), new RoomAdmin(true));
    if (room != null) {
      token.addGrants(new RoomName(room));
    }
    return token.toJwt();
  }

  private static AccessToken token(Credentials credentials, Duration ttl) {
    Credentials.Pair pair = credentials.current();
    AccessToken token = new AccessToken(pair.key(), pair.secret());
    token.setTtl(ttl.toMillis());
    return token;
  }
}
