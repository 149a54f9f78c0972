package io.lkagent.api;

import io.lkagent.json.Json;
import io.lkagent.time.Time;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes the signed tokens that a LiveKit server asks for: JSON Web Tokens (RFC 7519) signed with
 * HMAC-SHA256, whose claim {@code video} holds the grants
 * (docs.livekit.io/home/get-started/authentication).
 *
 * <p>Made by the JDK alone: a library for it brings four hundred classes of Jackson into every
 * worker and every short command.
 */
public final class Tokens {
  private static final Duration WORKER_TTL = Duration.ofHours(1);
  private static final Duration ADMIN_TTL = Duration.ofMinutes(10);

  private static final String ALGORITHM = "HmacSHA256";
  private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

  private Tokens() {}

  /** Lets a worker register. */
  public static String agentWorker(Credentials credentials) {
    return token(credentials, WORKER_TTL, Json.object("video", Json.object("agent", true)));
  }

  /** Lets a participant join one room; for tests and the dev server. */
  public static String participant(
      Credentials credentials, String room, String identity, String name, Duration ttl) {
    Map<String, ?> grants = Json.object("roomJoin", true, "room", room);
    return token(credentials, ttl, Json.object("sub", identity, "name", name, "video", grants));
  }

  /** Lets its bearer create and list rooms, and administer {@code room} when one is named. */
  public static String admin(Credentials credentials, @Nullable String room) {
    Map<String, ?> grants =
        Json.object("roomCreate", true, "roomList", true, "roomAdmin", true, "room", room);
    return token(credentials, ADMIN_TTL, Json.object("video", grants));
  }

  private static String token(
      Credentials credentials, Duration ttl, Map<String, @Nullable Object> claims) {
    Credentials.Pair pair = credentials.current();
    claims.put("iss", pair.key());
    claims.put("exp", Time.raw().wall().plus(ttl).getEpochSecond());
    String signed = encoded(HEADER.getBytes(StandardCharsets.UTF_8)) + "." + encoded(utf8(claims));
    return signed + "." + encoded(signature(pair.secret(), signed));
  }

  private static byte[] utf8(Map<String, ?> claims) {
    return Json.write(claims).getBytes(StandardCharsets.UTF_8);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static byte[] signature(String secret, String signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
