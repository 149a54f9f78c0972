package io.lkagent.control;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.log.Log;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Unix socket by which commands on this host talk to a worker: one JSON object a line asks, one
 * answers. Who may connect is decided by the folder's mode.
 */
final class ControlSocket implements AutoCloseable {
  private static final Log log = Log.of(ControlSocket.class);

  private final ServerSocketChannel server;
  private final Function<String, Map<String, @Nullable Object>> answer;

  private ControlSocket(
      ServerSocketChannel server, Function<String, Map<String, @Nullable Object>> answer) {
    this.server = server;
    this.answer = answer;
  }

  /** Listens at {@code path}; {@code answer} gets the command's name. */
  static ControlSocket open(Path path, Function<String, Map<String, @Nullable Object>> answer)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    ControlSocket socket = new ControlSocket(server, answer);
    Thread.ofVirtual().name("control").start(socket::accept);
    return socket;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel caller = server.accept();
        Thread.ofVirtual().name("control-call").start(() -> serve(caller));
      } catch (IOException e) {
        if (server.isOpen()) {
          log.warn("the control socket failed", "error", e.getMessage());
        }
        return;
      }
    }
  }

  private void serve(SocketChannel caller) {
    try (caller;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(caller), StandardCharsets.UTF_8));
        OutputStream out = Channels.newOutputStream(caller)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.write((Json.write(reply(line)) + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException e) {
      log.debug("a control call broke off", "error", e.getMessage());
    }
  }

  private Map<String, @Nullable Object> reply(String line) {
    try {
      return answer.apply(Json.parseObject(line).string("command"));
    } catch (JsonException e) {
      return Json.object("ok", false, "error", "not a command: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      log.debug("closing the control socket failed", "error", e.getMessage());
    }
  }
}
