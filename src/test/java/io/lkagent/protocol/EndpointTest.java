package io.lkagent.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "ws://a:7880, ws://a:7880/agent?protocol=1, http://a:7880",
    "ws://a:7880/, ws://a:7880/agent?protocol=1, http://a:7880",
    "http://a:7880, ws://a:7880/agent?protocol=1, http://a:7880",
    "HTTPS://a, wss://a/agent?protocol=1, https://a",
    "wss://a/x/y//, wss://a/x/y/agent?protocol=1, https://a/x/y",
    "' wss://a ', wss://a/agent?protocol=1, https://a",
    "ws://[::1]:7880, ws://[::1]:7880/agent?protocol=1, http://[::1]:7880",
  })
  void uris_eachForm_areComputed(String text, String agent, String http) {
    Endpoint endpoint = Endpoint.of(text);
    assertEquals(agent, endpoint.agentUri().toString());
    assertEquals(http, endpoint.httpUri().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "a:7880",
        "localhost:7880",
        "ftp://a",
        "ws://",
        "ws:///x",
        "ws://a:0",
        "ws://a:70000",
        "ws://a b",
        "ws://a?x=1",
        "ws://a#x",
        "ws://k:s3cret@a",
        "ws://k:s3cret@a b"
      })
  void parse_unusable_namesTheRemedyAndNoSecret(String text) {
    BadEndpointException thrown = assertThrows(BadEndpointException.class, () -> Endpoint.of(text));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains("LiveKit URL"), message);
    assertFalse(message.contains("s3cret"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "ws://a, true",
    "http://10.0.0.1, true",
    "ws://127.0.0.1.evil.example, true",
    "wss://a, false",
    "ws://localhost:1, false",
    "ws://127.0.0.9, false",
    "ws://[::1]:1, false"
  })
  void plaintextToRemote_eachHost_isTold(String text, boolean expected) {
    assertEquals(expected, Endpoint.of(text).plaintextToRemote());
  }

  @ParameterizedTest
  @CsvSource({
    "wss://lk.example.com, HTTPS_PROXY, true",
    "https://lk.example.com, https_proxy, true",
    "wss://lk.example.com, HTTP_PROXY, false",
    "ws://lk.example.com, HTTP_PROXY, true",
    "ws://lk.example.com, http_proxy, true",
    "ws://lk.example.com, ALL_PROXY, true",
    "ws://127.0.0.1:7880, HTTP_PROXY, false",
    "ws://localhost:7880, HTTP_PROXY, false"
  })
  void proxy_environment_choosesByScheme(String url, String name, boolean expected) {
    Endpoint endpoint = Endpoint.parse(url, Map.of(name, "proxy.example:3128"), null);
    assertEquals(expected, endpoint.proxy() != null);
  }

  @ParameterizedTest
  @CsvSource({
    "lk.example.com, true",
    "example.com, true",
    ".example.com, true",
    "*.example.com, true",
    "'other, EXAMPLE.com', true",
    "*, true",
    "lk.example.com:443, true",
    "lk.example.com:7880, false",
    "ample.com, false",
    "k.example.com, false",
    "10.0.0.0/8, false",
    "'', false"
  })
  void noProxy_entry_exempts(String list, boolean exempt) {
    Endpoint endpoint =
        Endpoint.parse(
            "wss://lk.example.com", Map.of("HTTPS_PROXY", "http://p:1", "NO_PROXY", list), null);
    assertEquals(exempt, endpoint.proxy() == null);
  }

  @Test
  void noProxy_network_exemptsAddressesInIt() {
    assertTrue(NoProxy.matches("10.0.0.0/8", "10.200.3.4", 80));
    assertFalse(NoProxy.matches("10.0.0.0/16", "10.200.3.4", 80));
    assertFalse(NoProxy.matches("10.0.0.0/x", "10.0.0.1", 80));
  }

  @Test
  void proxy_credentials_areReadAndHidden() {
    ProxySetting proxy =
        Endpoint.parse("wss://a", Map.of("HTTPS_PROXY", "http://ada:p%40ss+1@p:3128/"), null)
            .proxy();
    assertNotNull(proxy);
    assertEquals("ada", proxy.user());
    assertEquals("p@ss+1", proxy.password());
    assertEquals("ProxySetting[***@p:3128]", proxy.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://u:s3cret@p:1", "https://u:s3cret@p:1", "http://u:s3cret@p q"})
  void proxy_unusable_isRefusedWithoutItsSecret(String text) {
    BadEndpointException thrown =
        assertThrows(
            BadEndpointException.class,
            () -> Endpoint.parse("wss://a", Map.of("HTTPS_PROXY", text), null));
    String message = String.valueOf(thrown.getMessage());
    assertTrue(message.contains("HTTPS_PROXY"), message);
    assertFalse(message.contains("s3cret"), message);
  }

  @Test
  void proxy_none_isNull() {
    assertNull(Endpoint.of("wss://a").proxy());
  }
}
