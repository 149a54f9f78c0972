package io.lkagent.devserver;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTDecodeException;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.interfaces.DecodedJWT;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.time.Time;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import livekit.LivekitAgent.AvailabilityResponse;
import livekit.LivekitModels.ParticipantPermission;

/** Checks tokens as livekit-server does, and makes those that agents join with. */
final class Tokens {
  private static final Duration AGENT_TOKEN_LIFE = Duration.ofHours(1);
  private static final long LEEWAY_SECONDS = 60;
  private static final String NAME_ATTRIBUTE = "lk.agent_name";

  private final String apiKey;
  private final Algorithm algorithm;
  private final Time time;

  Tokens(String apiKey, String apiSecret, Time time) {
    this.apiKey = apiKey;
    this.algorithm = Algorithm.HMAC256(apiSecret);
    this.time = time;
  }

  /** Reads and verifies a token. */
  Caller verify(String token) throws RefusedTokenException {
    DecodedJWT decoded;
    try {
      decoded = JWT.decode(token);
    } catch (JWTDecodeException e) {
      throw new RefusedTokenException("invalid authorization token");
    }
    if (!apiKey.equals(decoded.getIssuer())) {
      throw new RefusedTokenException("invalid API key");
    }
    try {
      JWT.require(algorithm).acceptLeeway(LEEWAY_SECONDS).build().verify(decoded);
      byte[] payload = Base64.getUrlDecoder().decode(decoded.getPayload());
      JsonObject claims = Json.parseObject(new String(payload, StandardCharsets.UTF_8));
      return new Caller(claims.string("sub", claims.string("jti", "")), claims);
    } catch (JWTVerificationException e) {
      throw new RefusedTokenException("invalid token: " + e.getMessage());
    } catch (JsonException e) {
      throw new RefusedTokenException("invalid authorization token");
    }
  }

  /** The token with which a worker's agent joins its room. */
  String forAgent(
      String room,
      String agentName,
      AvailabilityResponse answer,
      ParticipantPermission permissions) {
    Map<String, Object> video = new HashMap<>();
    video.put("roomJoin", true);
    video.put("agent", true);
    video.put("room", room);
    video.put("canSubscribe", permissions.getCanSubscribe());
    video.put("canPublish", permissions.getCanPublish());
    video.put("canPublishData", permissions.getCanPublishData());
    video.put("canUpdateOwnMetadata", permissions.getCanUpdateMetadata());
    video.put("canSubscribeMetrics", permissions.getCanSubscribeMetrics());
    video.put("hidden", permissions.getHidden());
    Map<String, String> attributes = new HashMap<>(answer.getParticipantAttributesMap());
    attributes.put(NAME_ATTRIBUTE, agentName);
    Instant now = time.wall();
    return JWT.create()
        .withIssuer(apiKey)
        .withSubject(answer.getParticipantIdentity())
        .withNotBefore(now)
        .withExpiresAt(now.plus(AGENT_TOKEN_LIFE))
        .withClaim("name", answer.getParticipantName())
        .withClaim("metadata", answer.getParticipantMetadata())
        .withClaim("kind", "agent")
        .withClaim("attributes", attributes)
        .withClaim("video", video)
        .sign(algorithm);
  }
}
