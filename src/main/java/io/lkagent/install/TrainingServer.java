package io.lkagent.install;

import io.lkagent.devserver.DevServer;
import io.lkagent.devserver.DevServerConfig;
import io.lkagent.devserver.DevServerStartException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The dev server that a worker is trained with. */
public final class TrainingServer implements AutoCloseable {
  static final String KEY = "devkey";
  static final String SECRET = "secret";

  private final DevServer server;

  private TrainingServer(DevServer server) {
    this.server = server;
  }

  static TrainingServer start() throws DevServerStartException {
    DevServerConfig config = DevServerConfig.defaults();
    if (!config.apiKey().equals(KEY) || !config.apiSecret().equals(SECRET)) {
      throw new IllegalStateException("the dev server's default key is another one");
    }
    return new TrainingServer(DevServer.start(config));
  }

  String port() {
    return Integer.toString(URI.create(server.url()).getPort());
  }

  /** Runs until its standard input ends; the file gets its port. */
  public static void main(String[] args) throws DevServerStartException, IOException {
    Path file = Path.of(args[0]);
    Path half = Path.of(args[0] + ".half");
    try (TrainingServer server = start()) {
      Files.writeString(half, server.port());
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
      while (System.in.read() >= 0) {
        // Whoever started it says nothing.
      }
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
