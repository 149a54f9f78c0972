package io.lkagent.cli;

import io.lkagent.api.Credentials;
import io.lkagent.devserver.DevServer;
import io.lkagent.devserver.DevServerConfig;
import io.lkagent.devserver.DevServerStartException;
import io.lkagent.http.CannotListenException;
import io.lkagent.lifecycle.CloseStack;
import io.lkagent.lifecycle.Signals;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import io.lkagent.worker.WorkerEnd;
import io.lkagent.worker.WorkerListener;
import io.lkagent.worker.WorkerService;
import io.lkagent.worker.WorkerSettings;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs workers in this process until they have ended: {@code lkagent worker start}. */
final class WorkerRunner implements UseCases.WorkerRun {
  private static final Log log = Log.of(WorkerRunner.class);
  private static final int LIVEKIT_PORT = 7880;

  /** Signals that came so far, and whom they go to. */
  private static final class Stops {
    private final AtomicInteger count = new AtomicInteger();
    private final List<WorkerService> workers = new ArrayList<>();

    synchronized void add(WorkerService worker) {
      workers.add(worker);
      if (count.get() > 0) {
        worker.drain();
      }
    }

    synchronized void signal(String name) {
      boolean first = count.getAndIncrement() == 0;
      log.info(
          first
              ? "got SIG" + name + "; finishing the running jobs (once more: stop at once)"
              : "got SIG" + name + " again; stopping at once");
      workers.forEach(first ? WorkerService::drain : WorkerService::force);
    }

    boolean came() {
      return count.get() > 0;
    }
  }

  @Override
  public ExitCode run(List<NamedWorker> workers, boolean dev, Console console) {
    Logging.install(workers.getFirst().options().log);
    Stops stops = new Stops();
    Signals.handle("TERM", stops::signal);
    Signals.handle("INT", stops::signal);
    try (CloseStack open = new CloseStack()) {
      open.push(Logging::flush);
      List<WorkerSettings> settings = settings(workers, dev ? startDevServer(workers, open) : null);
      checkPorts(settings);
      List<WorkerService> services = new ArrayList<>();
      for (WorkerSettings each : settings) {
        if (stops.came()) {
          return ExitCode.DONE;
        }
        WorkerService service =
            open.push(WorkerService.start(each, WorkerListener.none(), Time.system()));
        services.add(service);
        stops.add(service);
      }
      return await(services, console);
    } catch (CannotListenException | DevServerStartException e) {
      console.error(String.valueOf(e.getMessage()));
      return ExitCode.CANNOT_LISTEN;
    } catch (IOException e) {
      console.error(String.valueOf(e.getMessage()));
      return ExitCode.USAGE;
    }
  }

  private static ExitCode await(List<WorkerService> services, Console console) {
    ExitCode worst = ExitCode.DONE;
    for (WorkerService service : services) {
      ExitCode code =
          switch (service.end().join()) {
            case WorkerEnd.Stopped(int killed, int left) -> {
              if (killed + left > 0) {
                console.error(
                    "stopped, but " + (killed + left) + " processes did not end by themselves");
              }
              yield killed + left > 0 ? ExitCode.KILLED : ExitCode.DONE;
            }
            case WorkerEnd.GaveUp(boolean refused, String message) -> {
              console.error(message);
              yield refused ? ExitCode.REFUSED : ExitCode.UNREACHABLE;
            }
          };
      worst = worst == ExitCode.DONE ? code : worst;
    }
    return worst;
  }

  private static DevServer startDevServer(List<NamedWorker> workers, CloseStack open)
      throws DevServerStartException {
    int port = Optional.of(URI.create(workers.getFirst().options().server.url).getPort()).get();
    DevServer server =
        open.push(
            DevServer.start(
                DevServerConfig.defaults()
                    .withAddress("127.0.0.1", port < 0 ? LIVEKIT_PORT : port)));
    log.info(
        "a dev server runs in this process; for other programs: LIVEKIT_URL="
            + server.url()
            + " LIVEKIT_API_KEY=devkey LIVEKIT_API_SECRET=(the word) secret");
    return server;
  }

  private static List<WorkerSettings> settings(
      List<NamedWorker> workers, @org.jspecify.annotations.Nullable DevServer dev) {
    SettingsFactory factory = new SettingsFactory(System.getenv());
    List<WorkerSettings> settings = new ArrayList<>();
    for (NamedWorker worker : workers) {
      ServerOptions server = worker.options().server;
      if (dev != null) {
        DevServerConfig defaults = DevServerConfig.defaults();
        settings.add(
            factory.settings(
                worker, dev.url(), Credentials.of(defaults.apiKey(), defaults.apiSecret())));
      } else {
        settings.add(
            factory.settings(
                worker,
                server.url,
                server.credentials(worker.secret(), ", or add --dev for a server of its own")));
      }
    }
    return settings;
  }

  private static void checkPorts(List<WorkerSettings> settings) {
    Map<Integer, String> taken = new java.util.HashMap<>();
    for (WorkerSettings each : settings) {
      String other = each.port() == 0 ? null : taken.put(each.port(), each.name());
      if (other != null) {
        throw new UsageException(
            "workers "
                + other
                + " and "
                + each.name()
                + " both listen on port "
                + each.port()
                + ": give each its own port in the file, or 0 for any free one");
      }
    }
  }
}
