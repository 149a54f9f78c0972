package io.lkagent.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.ScriptedServer;
import io.lkagent.testing.WebSocketFrame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class UpgradeTest {
  private static WebSocket open(ScriptedServer server, Upgrade.Check check) throws IOException {
    URI uri = URI.create(server.url() + "/a/b?c=d");
    Socket raw = new Dial().to(Address.of(uri));
    return Upgrade.open(raw, raw, uri, "t", check);
  }

  private static ScriptedServer liar() throws IOException {
    return ScriptedServer.start(peer -> {
      peer.readHead();
      peer.answer("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: other\r\n\r\n");
      peer.send(new WebSocketFrame(WebSocketFrame.TEXT, true, new byte[] {'h', 'i'}));
      peer.readToEnd();
    });
  }

  @Test
  void open_acceptOfAnotherKey_isRefusedWhereItIsLookedAt() throws Exception {
    try (ScriptedServer server = liar()) {
      assertThrows(Upgrade.RefusedException.class, () -> open(server, Upgrade.Check.ACCEPT));
      WebSocket socket = open(server, Upgrade.Check.STATUS);
      assertEquals(2, socket.read().payload().remaining());
      socket.abort();
      assertThrows(IOException.class, socket::read);
    }
  }

  @Test
  void open_rightAccept_passes() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.start(peer -> {
          peer.upgrade();
          peer.send(
              new WebSocketFrame(
                  WebSocketFrame.TEXT, true, peer.head().getBytes(StandardCharsets.UTF_8)));
          peer.readToEnd();
        })) {
      WebSocket socket = open(server, Upgrade.Check.ACCEPT);
      String head = StandardCharsets.UTF_8.decode(socket.read().payload()).toString();
      assertTrue(head.startsWith("GET /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:"), head);
      socket.abort();
    }
  }

  @Test
  void dial_givenUp_opensNothingMore() {
    Dial dial = new Dial();
    dial.giveUp();
    assertThrows(IOException.class, () -> dial.to(new Address("127.0.0.1", 1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-x\r\n\r\n",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.x 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1200 OK\r\n\r\n",
        "HTTP/1.1 20\r\n\r\n",
        "\r\n\r\n"
      })
  void head_noHttp_isRefused(String text) {
    IOException e = assertThrows(IOException.class, () -> head(text));
    assertEquals("it does not speak HTTP", e.getMessage());
  }

  @Test
  void head_headers_areReadInAnyCaseAndWithBareNewlines() throws IOException {
    ResponseHead head = head("HTTP/1.0 204\nX-One:  1 \nx-TWO: a:b\nnonsense\n\nbody");
    assertEquals(204, head.status());
    assertEquals("1", head.header("x-one"));
    assertEquals("a:b", head.header("x-two"));
    assertEquals(null, head.header("x-three"));
  }

  private static ResponseHead head(String text) throws IOException {
    return ResponseHead.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  @ParameterizedTest
  @CsvSource({
    "ws://h, h, 80",
    "WSS://h, h, 443",
    "https://h/x, h, 443",
    "http://h:7, h, 7",
    "wss://[::1]:7, ::1, 7"
  })
  void address_ofAnyUrl_hasHostAndPort(String url, String host, int port) {
    assertEquals(new Address(host, port), Address.of(URI.create(url)));
  }
}
