package io.lkagent.websocket;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/** The HTTP request that makes a WebSocket of a connection. */
public final class Upgrade {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int SWITCHING_PROTOCOLS = 101;

  /** How closely the server's answer is looked at. */
  public enum Check {
    /** Its accept header must fit the request, as the RFC has it. */
    ACCEPT,
    /** Its status is enough. SHA-1 brings the JDK's security providers in: 13 ms of CPU. */
    STATUS
  }

  /** The server answered, and does not speak WebSocket here. */
  public static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient ResponseHead answer;

    RefusedException(ResponseHead answer) {
      super("it answered HTTP " + answer.status());
      this.answer = answer;
    }

    public ResponseHead answer() {
      return answer;
    }
  }

  private Upgrade() {}

  /**
   * Asks for a WebSocket.
   *
   * @param raw the TCP connection
   * @param top what is spoken on: {@code raw}, or TLS over it
   * @param token the bearer token
   */
  public static WebSocket open(Socket raw, Socket top, URI uri, String token, Check check)
      throws IOException {
    WebSocket socket = new WebSocket(raw, top.getInputStream(), top.getOutputStream());
    // Nothing secret: the key only shows that the answer belongs to this request.
    byte[] nonce = new byte[16];
    ThreadLocalRandom.current().nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    send(
        top.getOutputStream(),
        "GET " + uri.getRawPath() + query + " HTTP/1.1",
        "Host: " + uri.getHost() + port,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: " + key,
        "Authorization: Bearer " + token);
    ResponseHead head = ResponseHead.read(socket.in());
    if (head.status() != SWITCHING_PROTOCOLS
        || (check == Check.ACCEPT && !accept(key).equals(head.header("sec-websocket-accept")))) {
      throw new RefusedException(head);
    }
    return socket;
  }

  private static String accept(String key) throws IOException {
    try {
      byte[] text = (key + GUID).getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (GeneralSecurityException e) {
      throw new IOException("this JDK has no SHA-1", e);
    }
  }

  /** Sends the head of a request; empty lines of it are left out. */
  public static void send(OutputStream out, String... lines) throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line : lines) {
      if (!line.isEmpty()) {
        head.append(line).append("\r\n");
      }
    }
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }
}
