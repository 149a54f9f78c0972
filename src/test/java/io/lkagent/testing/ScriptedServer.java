package io.lkagent.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import livekit.LivekitAgent;
import livekit.LivekitModels;
import org.jspecify.annotations.Nullable;

/** A server that does to each connection what the test says, byte by byte if need be. */
public final class ScriptedServer implements AutoCloseable {
  private static final String WEB_SOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final Pattern KEY = Pattern.compile("(?i)\r\nSec-WebSocket-Key: *([^\r]*)");

  /** What to do with a connection; it is closed when this returns. */
  public interface Script {
    void run(Peer peer) throws Exception;
  }

  private final Sockets sockets;
  private final Script script;
  private final boolean tls;
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  private ScriptedServer(ServerSocket listener, boolean tls, Script script) {
    this.sockets = new Sockets(listener);
    this.tls = tls;
    this.script = script;
  }

  public static ScriptedServer start(Script script) throws IOException {
    return start(null, script);
  }

  public static ScriptedServer start(@Nullable SSLContext tls, Script script) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    ServerSocket listener =
        tls == null
            ? new ServerSocket(0, 50, loopback)
            : tls.getServerSocketFactory().createServerSocket(0, 50, loopback);
    ScriptedServer server = new ScriptedServer(listener, tls != null, script);
    server.sockets.serve("scripted-server", server::serve);
    return server;
  }

  public int port() {
    return sockets.port();
  }

  public String url() {
    return (tls ? "wss://127.0.0.1:" : "ws://127.0.0.1:") + port();
  }

  /** What a script threw other than an I/O failure, if any. */
  public @Nullable Throwable failure() {
    return failure.getNow(null);
  }

  @Override
  public void close() {
    sockets.close();
  }

  private void serve(Socket socket) {
    try (socket) {
      script.run(new Peer(socket));
    } catch (IOException e) {
      // The client left.
    } catch (Exception | AssertionError e) {
      failure.complete(e);
    }
  }

  /** One connection of a client. */
  public static final class Peer {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private String head = "";

    Peer(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.out = socket.getOutputStream();
    }

    /** The request's head once it was read. */
    public String head() {
      return head;
    }

    public String readHead() throws IOException {
      head = WebSocketFrame.readHead(in);
      return head;
    }

    public void answer(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Reads an HTTP request and answers with an empty response of this status. */
    public void refuse(int status) throws IOException {
      readHead();
      answer("HTTP/1.1 " + status + " No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      // Until the client has read it and left.
      in.transferTo(OutputStream.nullOutputStream());
    }

    /** Answers a WebSocket handshake. */
    public void upgrade() throws IOException, GeneralSecurityException {
      Matcher key = KEY.matcher(readHead());
      if (!key.find()) {
        throw new IOException("no WebSocket handshake: " + head);
      }
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key.group(1).strip() + WEB_SOCKET_GUID).getBytes(StandardCharsets.UTF_8));
      answer(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + Base64.getEncoder().encodeToString(digest)
              + "\r\n\r\n");
    }

    /** The handshake, the registration and its answer; the worker is {@code W_test}. */
    public void register() throws IOException, GeneralSecurityException {
      upgrade();
      readMessage();
      send(registered());
    }

    public WebSocketFrame readFrame() throws IOException {
      return WebSocketFrame.read(in);
    }

    /** The next message of the worker; control frames are passed over. */
    public LivekitAgent.WorkerMessage readMessage() throws IOException {
      WebSocketFrame frame = readFrame();
      while (frame.opcode() != WebSocketFrame.BINARY) {
        frame = readFrame();
      }
      return LivekitAgent.WorkerMessage.parseFrom(frame.payload());
    }

    public void send(LivekitAgent.ServerMessage message) throws IOException {
      send(WebSocketFrame.binary(message.toByteArray()));
    }

    public void send(WebSocketFrame frame) throws IOException {
      frame.write(out, false);
    }

    /** Reads, and answers nothing, until the client leaves. */
    public void readToEnd() throws IOException {
      in.transferTo(OutputStream.nullOutputStream());
    }

    public void drop() throws IOException {
      socket.close();
    }
  }

  public static LivekitAgent.ServerMessage registered() {
    return LivekitAgent.ServerMessage.newBuilder()
        .setRegister(
            LivekitAgent.RegisterWorkerResponse.newBuilder()
                .setWorkerId("W_test")
                .setServerInfo(
                    LivekitModels.ServerInfo.newBuilder()
                        .setVersion("1.2.3")
                        .setDebugInfo("lkagent dev-server")))
        .build();
  }

  public static LivekitAgent.ServerMessage termination(String job) {
    return LivekitAgent.ServerMessage.newBuilder()
        .setTermination(LivekitAgent.JobTermination.newBuilder().setJobId(job))
        .build();
  }
}
