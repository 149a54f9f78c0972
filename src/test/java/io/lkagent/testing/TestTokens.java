package io.lkagent.testing;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import io.lkagent.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Makes tokens with the grants that a test wants. */
public final class TestTokens {
  private static final Duration LIFE = Duration.ofMinutes(10);

  private TestTokens() {}

  /** A token of {@code identity} with this video grant. */
  public static String of(String key, String secret, String identity, Map<String, Object> video) {
    Instant now = Time.raw().wall();
    return JWT.create()
        .withIssuer(key)
        .withSubject(identity)
        .withNotBefore(now.minusSeconds(1))
        .withExpiresAt(now.plus(LIFE))
        .withClaim("video", video)
        .sign(Algorithm.HMAC256(secret));
  }

  /** The token that a worker registers with. */
  public static String worker(String key, String secret) {
    return of(key, secret, "", Map.of("agent", true));
  }

  /** A token that may do everything with the server and this room. */
  public static String admin(ServerUnderTest server, String room) {
    return of(
        server.key(),
        server.secret(),
        "admin",
        Map.of(
            "roomCreate",
            true,
            "roomList",
            true,
            "roomAdmin",
            true,
            "roomJoin",
            true,
            "room",
            room));
  }

  /** A token that joins a room. */
  public static String participant(ServerUnderTest server, String room, String identity) {
    return of(server.key(), server.secret(), identity, Map.of("roomJoin", true, "room", room));
  }
}
