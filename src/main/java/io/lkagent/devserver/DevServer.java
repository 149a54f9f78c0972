package io.lkagent.devserver;

import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import livekit.LivekitModels.ServerInfo;
import org.jspecify.annotations.Nullable;

/**
 * A LiveKit server without media, in this process and on one port: workers register with it, the
 * server API creates rooms and dispatches, participants join over a plain WebSocket.
 */
public final class DevServer implements AutoCloseable {
  /** What {@code ServerInfo.debug_info} says; a worker knows the dev server by it. */
  public static final String DEBUG_INFO = "lkagent dev-server";

  private static final Log log = Log.of(DevServer.class);
  private static final String LIVEKIT_VERSION = "1.13.5";
  private static final int LIVEKIT_PROTOCOL = 17;
  private static final int AGENT_PROTOCOL = 1;
  private static final Duration REBIND_WITHIN = Duration.ofSeconds(5);

  /** One life of the server, from a start to the next restart. */
  private record Life(ControlPlane plane, HttpFront front) {
    void end() {
      front.close();
      plane.close();
    }
  }

  private final DevServerConfig config;
  private final @Nullable SSLContext tls;
  private final Time time = Time.raw();
  private final FaultState faultState = new FaultState();
  private final Faults faults = new LiveFaults();
  private final ServerInfo serverInfo =
      ServerInfo.newBuilder()
          .setEdition(ServerInfo.Edition.Standard)
          .setVersion(LIVEKIT_VERSION)
          .setProtocol(LIVEKIT_PROTOCOL)
          .setNodeId(ServerIds.next(ServerIds.NODE))
          .setDebugInfo(DEBUG_INFO)
          .setAgentProtocol(AGENT_PROTOCOL)
          .build();
  // Held through a whole restart, so that two of them, or one and the close, do not meet.
  private final ReentrantLock lives = new ReentrantLock();
  private final int port;
  private volatile Life life;
  private boolean closed;

  private DevServer(DevServerConfig config, @Nullable SSLContext tls, Consumer<Faults> firstFaults)
      throws IOException {
    this.config = config;
    this.tls = tls;
    firstFaults.accept(faults);
    this.life = begin(config.port());
    this.port = life.front().port();
  }

  /** Starts a server; it listens when this returns. */
  public static DevServer start(DevServerConfig config) throws DevServerStartException {
    return start(config, faults -> {});
  }

  /**
   * Starts a server that misbehaves from its first connection on.
   *
   * @param firstFaults sets delays, replies to drop, or the refusing of upgrades; there is nothing
   *     to cut or to forget yet
   */
  public static DevServer start(DevServerConfig config, Consumer<Faults> firstFaults)
      throws DevServerStartException {
    @Nullable SSLContext tls = sslContext(config.tls());
    try {
      DevServer server = new DevServer(config, tls, firstFaults);
      log.info("dev server listens", "url", server.url());
      return server;
    } catch (IOException | RuntimeException e) {
      throw new DevServerStartException(
          "cannot listen on %s:%d: %s".formatted(config.host(), config.port(), e.getMessage()), e);
    }
  }

  private static @Nullable SSLContext sslContext(DevServerConfig.@Nullable TlsFiles files)
      throws DevServerStartException {
    if (files == null) {
      return null;
    }
    try {
      return PemFiles.sslContext(files);
    } catch (IOException | GeneralSecurityException e) {
      throw new DevServerStartException("cannot use the TLS files: " + e.getMessage(), e);
    }
  }

  private Life begin(int port) throws IOException {
    ControlPlane plane = new ControlPlane(config, time);
    try {
      FaultEndpoint endpoint = new FaultEndpoint(faults, this::restartSoon);
      HttpFront front =
          new HttpFront(
              plane,
              faultState,
              endpoint,
              serverInfo,
              time,
              new HttpFront.Address(config.host(), port, tls));
      return new Life(plane, front.start());
    } catch (IOException | RuntimeException e) {
      plane.close();
      throw e;
    }
  }

  public int port() {
    return port;
  }

  /** The address for workers and participants; the server API is at the same one over HTTP. */
  public String url() {
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return (tls == null ? "ws://" : "wss://") + host + ":" + port();
  }

  public Faults faults() {
    return faults;
  }

  /**
   * Drops all connections and forgets everything, as a single livekit-server does that is started
   * again, and listens again on the same port when it returns.
   */
  public void restart() {
    lives.lock();
    try {
      if (closed) {
        return;
      }
      life.end();
      life = beginAgain(port);
      log.info("dev server restarted", "url", url());
    } finally {
      lives.unlock();
    }
  }

  private Life beginAgain(int port) {
    long deadline = time.deadline(REBIND_WITHIN);
    while (true) {
      try {
        return begin(port);
      } catch (IOException e) {
        // Somebody else may have taken the port for a moment, as an outgoing connection's.
        if (time.nanos() > deadline) {
          throw new UncheckedIOException("the port is taken since the restart", e);
        }
        time.sleep(Duration.ofMillis(20));
      }
    }
  }

  private void restartSoon() {
    Thread.ofVirtual().name("dev-server restart").start(this::restart);
  }

  @Override
  public void close() {
    lives.lock();
    try {
      if (!closed) {
        closed = true;
        life.end();
      }
    } finally {
      lives.unlock();
    }
  }

  /** The faults, applied to whichever life is the current one. */
  private final class LiveFaults implements Faults {
    @Override
    public void delayAnswers(Duration delay) {
      faultState.delayAnswers(delay);
    }

    @Override
    public void delayWorkerMessages(Duration delay) {
      faultState.delayWorkerMessages(delay);
    }

    @Override
    public void dropReplies(String method, int times) {
      faultState.dropReplies(method, times);
    }

    @Override
    public void refuseUpgrades(boolean refuse) {
      faultState.refuseUpgrades(refuse);
    }

    @Override
    public int cutWorkers() {
      ControlPlane plane = life.plane();
      List<Worker> workers = plane.owned(() -> plane.workers().all());
      workers.forEach(worker -> worker.link().cut());
      return workers.size();
    }

    @Override
    public int cutParticipants() {
      ControlPlane plane = life.plane();
      List<Participant> present =
          plane.owned(() ->
              plane.rooms().all().stream()
                  .flatMap(room -> room.participants().values().stream())
                  .toList());
      present.forEach(participant -> participant.link().cut());
      return present.size();
    }

    @Override
    public int forgetWorkers() {
      ControlPlane plane = life.plane();
      return plane.owned(() -> {
        List<Worker> workers = plane.workers().all();
        workers.forEach(plane.workers()::remove);
        return workers.size();
      });
    }

    @Override
    public void clear() {
      faultState.clear();
    }
  }
}
