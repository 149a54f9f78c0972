package io.lkagent.http;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where to listen.
 *
 * @param host a name or address; empty for all interfaces
 * @param port 0 for any free one
 * @param portFile where the port is written once it is known
 */
public record Listen(String host, int port, @Nullable Path portFile) {
  private static final int BACKLOG = 128;

  HttpServer bind() throws CannotListenException {
    try {
      InetSocketAddress address =
          host.isEmpty()
              ? new InetSocketAddress(port)
              : new InetSocketAddress(InetAddress.getByName(host), port);
      return HttpServer.create(address, BACKLOG);
    } catch (IOException | IllegalArgumentException e) {
      throw new CannotListenException(
          "cannot listen on "
              + (host.isEmpty() ? "*" : host)
              + ":"
              + port
              + ": "
              + why(e)
              + "; "
              + remedy(e),
          e);
    }
  }

  /** Writes the port beside its file and renames it, so that nobody reads half of it. */
  void announce(int bound) throws CannotListenException {
    if (portFile == null) {
      return;
    }
    try {
      Path target = portFile.toAbsolutePath();
      Path written =
          target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid());
      Files.writeString(written, bound + "\n");
      Files.move(
          written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CannotListenException(
          "cannot write the port to "
              + portFile
              + ": "
              + why(e)
              + "; name a writable file with --port-file",
          e);
    }
  }

  private static String why(Exception e) {
    String said = e.getMessage();
    return switch (e) {
      case java.net.UnknownHostException unknown -> "no such host";
      case java.nio.file.NoSuchFileException missing -> "no such folder";
      case java.nio.file.AccessDeniedException denied -> "permission denied";
      default -> said == null ? e.getClass().getSimpleName() : said.toLowerCase(Locale.ROOT);
    };
  }

  private String remedy(Exception e) {
    return e instanceof java.net.BindException && !why(e).contains("assign")
        ? "choose another port with --port (0: any free one)"
        : "choose an address of this machine with --host, or a port with --port";
  }
}
