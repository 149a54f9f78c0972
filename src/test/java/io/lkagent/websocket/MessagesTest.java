package io.lkagent.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lkagent.testing.WebSocketFrame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessagesTest {
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private final List<String> heard = new ArrayList<>();

  private MessagesTest with(int opcode, boolean last, String payload) throws IOException {
    new WebSocketFrame(opcode, last, payload.getBytes(StandardCharsets.UTF_8)).write(sent, false);
    return this;
  }

  private Messages.Close readAll() throws IOException {
    WebSocket socket =
        new WebSocket(
            new Socket(),
            new ByteArrayInputStream(sent.toByteArray()),
            OutputStream.nullOutputStream());
    return new Messages(
            socket,
            new Messages.Reader() {
              @Override
              public void heard() {}

              @Override
              public void message(int opcode, byte[] bytes) {
                heard.add(opcode + " " + new String(bytes, StandardCharsets.UTF_8));
              }

              @Override
              public void ping(byte[] payload) {
                heard.add("ping " + new String(payload, StandardCharsets.UTF_8));
              }
            })
        .readAll();
  }

  @Test
  void readAll_fragmentsAndControlFrames_comeInOrder() throws IOException {
    with(WebSocket.TEXT, false, "a")
        .with(WebSocket.PING, true, "p")
        .with(WebSocket.CONTINUATION, false, "")
        .with(WebSocket.CONTINUATION, true, "b")
        .with(WebSocket.PONG, true, "")
        .with(WebSocket.BINARY, true, "")
        .with(WebSocket.TEXT, true, "x".repeat(70_000));
    assertThrows(EOFException.class, this::readAll);
    assertEquals(List.of("ping p", "1 ab", "2 ", "1 " + "x".repeat(70_000)), heard);
  }

  @Test
  void readAll_close_endsItWithCodeAndReason() throws IOException {
    with(WebSocket.CLOSE, true, "\u0003!bye").with(WebSocket.TEXT, true, "late");
    assertEquals(new Messages.Close(0x321, "bye"), readAll());
    assertEquals(List.of(), heard);
  }

  @Test
  void readAll_closeWithoutCode_hasTheOneForNone() throws IOException {
    with(WebSocket.CLOSE, true, "");
    assertEquals(new Messages.Close(1005, ""), readAll());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 7, 11, 15})
  void readAll_unknownOpcode_isNoWebSocket(int opcode) throws IOException {
    with(opcode, true, "");
    assertThrows(WebSocket.ProtocolException.class, this::readAll);
  }

  @Test
  void readAll_endlessFragments_stopAtTheLimit() throws IOException {
    String half = "x".repeat(WebSocket.MAX_MESSAGE / 2 + 1);
    with(WebSocket.TEXT, false, half).with(WebSocket.CONTINUATION, false, half);
    assertThrows(WebSocket.ProtocolException.class, this::readAll);
  }
}
