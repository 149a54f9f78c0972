package io.lkagent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.interfaces.DecodedJWT;
import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CredentialsTest {
  private static final String SECRET = "a-secret-of-at-least-thirty-two-chars";

  @TempDir Path folder = Path.of("");

  @Test
  void fromFile_changedBetweenUses_isReadAgain() throws Exception {
    Path file = Files.writeString(folder.resolve("keys"), "# ours\n\nk1: \"s1\"\n");
    Credentials credentials = Credentials.fromFile(file);
    assertEquals(new Credentials.Pair("k1", "s1"), credentials.current());
    Files.writeString(file, "k2: s2");
    assertEquals("k2", credentials.key());
    assertEquals("s2", credentials.secret());
  }

  @Test
  void fromSecretFile_lineBreakAtTheEnd_isStripped() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), "s1\n");
    assertEquals("s1", Credentials.fromSecretFile("k", file).secret());
  }

  @Test
  void fromEnvironment_changedBetweenUses_isReadAgain() {
    Map<String, String> environment = new HashMap<>();
    Credentials credentials = Credentials.fromEnvironment(environment);
    CredentialsException missing = assertThrows(CredentialsException.class, credentials::key);
    assertTrue(String.valueOf(missing.getMessage()).contains("LIVEKIT_API_KEY"));
    environment.putAll(Map.of("LIVEKIT_API_KEY", "k", "LIVEKIT_API_SECRET", "s"));
    assertEquals("k", credentials.key());
  }

  @Test
  void fromFile_missing_namesTheFile() {
    CredentialsException missing =
        assertThrows(
            CredentialsException.class,
            () -> Credentials.fromFile(folder.resolve("none")).current());
    assertTrue(String.valueOf(missing.getMessage()).contains("none"));
  }

  @Test
  void toString_any_hidesTheSecret() {
    Credentials credentials = Credentials.of("k", SECRET);
    assertFalse((credentials + " " + credentials.current()).contains(SECRET));
  }

  @Test
  void tokens_eachKind_grantWhatTheySay() {
    Credentials credentials = Credentials.of("k", SECRET);
    assertTrue(grants(Tokens.agentWorker(credentials)).flag("agent", false));
    JsonObject join =
        grants(Tokens.participant(credentials, "r", "ada", "Ada", Duration.ofMinutes(1)));
    assertTrue(join.flag("roomJoin", false));
    assertEquals("r", join.string("room"));
    JsonObject admin = grants(Tokens.admin(credentials, "r"));
    assertTrue(admin.flag("roomAdmin", false) && admin.flag("roomCreate", false));
    assertEquals("r", admin.string("room"));
  }

  @Test
  void tokens_anyKind_areSignedAndExpire() {
    Credentials credentials = Credentials.of("k", SECRET);
    DecodedJWT token =
        JWT.require(Algorithm.HMAC256(SECRET))
            .withIssuer("k")
            .build()
            .verify(Tokens.participant(credentials, "r", "ada", "Ada \"", Duration.ofMinutes(1)));
    assertEquals("ada", token.getSubject());
    assertEquals("Ada \"", token.getClaim("name").asString());
    long left = token.getExpiresAtAsInstant().getEpochSecond() - Instant.now().getEpochSecond();
    assertTrue(left > 0 && left <= 60, "expires in " + left + " s");
  }

  private static JsonObject grants(String token) {
    String body = token.split("\\.", -1)[1];
    return Json.parseObject(new String(Base64.getUrlDecoder().decode(body), StandardCharsets.UTF_8))
        .object("video");
  }
}
