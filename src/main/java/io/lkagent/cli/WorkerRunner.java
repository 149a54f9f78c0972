package io.lkagent.cli;

import io.lkagent.api.Credentials;
import io.lkagent.devserver.DevServer;
import io.lkagent.devserver.DevServerConfig;
import io.lkagent.devserver.DevServerStartException;
import io.lkagent.frameworks.AppFault;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs workers in this process until they have ended: {@code lkagent worker start}. */
final class WorkerRunner implements UseCases.WorkerRun {
  private static final Log log = Log.of(WorkerRunner.class);
  private static final int LIVEKIT_PORT = 7880;

  /** Signals that came so far, and whom they go to. */
  private static final class Stops {
    private final AtomicInteger count = new AtomicInteger();
    private final List<WorkerService> workers = new ArrayList<>();
    private final CompletableFuture<Boolean> first = new CompletableFuture<>();

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
      this.first.complete(true);
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
      AppStart apps = new AppStart(System.getenv(), open, Time.system());
      for (NamedWorker each : workers) {
        if (each.options().app.given()) {
          apps.find(each);
        }
      }
      DevServer server = dev ? startDevServer(workers, open) : null;
      List<WorkerSettings> settings = settings(workers, load(workers, apps, server), server, stops);
      if (stops.came()) {
        return ExitCode.DONE;
      }
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
    } catch (AppFault e) {
      return AppStart.failed(e, console);
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

  @Override
  public ExitCode show(List<NamedWorker> workers, Console console) {
    Logging.install(workers.getFirst().options().log);
    CompletableFuture<ExitCode> stop = new CompletableFuture<>();
    Signals.handle("TERM", _ -> stop.complete(ExitCode.TERMINATED));
    Signals.handle("INT", _ -> stop.complete(ExitCode.INTERRUPTED));
    try (CloseStack open = new CloseStack()) {
      open.push(Logging::flush);
      AppStart apps = new AppStart(System.getenv(), open, Time.system());
      Map<String, AppStart.Loaded> loading = new HashMap<>();
      for (NamedWorker each : workers) {
        if (each.options().app.given()) {
          loading.put(each.name(), apps.begin(each, Map.of()));
        }
      }
      if (!AppStart.await(loading.values(), stop)) {
        return stop.join();
      }
      workers.forEach(each -> show(each, loading.get(each.name()), console));
      return ExitCode.DONE;
    } catch (AppFault e) {
      return AppStart.failed(e, console);
    }
  }

  private static void show(NamedWorker worker, AppStart.@Nullable Loaded app, Console console) {
    NamedWorker shown = worker;
    if (app != null) {
      app.warnings().forEach(console::note);
      shown = worker.again().apply(app.layer());
    }
    Shown.table(shown).forEach(console::result);
  }

  private static List<WorkerSettings> settings(
      List<NamedWorker> workers,
      Map<String, AppStart.Loaded> loading,
      @Nullable DevServer dev,
      Stops stops)
      throws AppFault {
    if (!AppStart.await(loading.values(), stops.first)) {
      return List.of();
    }
    SettingsFactory factory = new SettingsFactory(System.getenv());
    List<WorkerSettings> settings = new ArrayList<>();
    for (NamedWorker each : workers) {
      AppStart.Loaded app = loading.get(each.name());
      NamedWorker worker = each;
      if (app != null) {
        worker = each.again().apply(app.layer());
        takeOver(worker, each, app, settings.isEmpty());
      }
      settings.add(factory.settings(worker, url(worker, dev), credentials(each, dev), app));
    }
    return settings;
  }

  /** By worker, and all at once: an import can take seconds, and a stop must not wait for it. */
  private static Map<String, AppStart.Loaded> load(
      List<NamedWorker> workers, AppStart apps, @Nullable DevServer dev) throws AppFault {
    Map<String, AppStart.Loaded> loading = new HashMap<>();
    for (NamedWorker each : workers) {
      Credentials credentials = credentials(each, dev);
      if (each.options().app.given()) {
        loading.put(
            each.name(), apps.begin(each, AppStart.keys(each, url(each, dev), credentials)));
      }
    }
    return loading;
  }

  private static String url(NamedWorker worker, @Nullable DevServer dev) {
    return dev != null ? dev.url() : worker.options().server.url;
  }

  private static Credentials credentials(NamedWorker worker, @Nullable DevServer dev) {
    DevServerConfig defaults = DevServerConfig.defaults();
    return dev != null
        ? Credentials.of(defaults.apiKey(), defaults.apiSecret())
        : worker
            .options()
            .server
            .credentials(worker.secret(), ", or add --dev for a server of its own");
  }

  /** The app's level holds for this process's log too, or it would drop what the app logs. */
  private static void takeOver(
      NamedWorker worker, NamedWorker before, AppStart.Loaded app, boolean first) {
    LogOptions wanted = worker.options().log;
    if (first && wanted.level != before.options().log.level) {
      Logging.flush();
      Logging.install(wanted);
    }
    log.info(
        "loaded the app",
        "worker",
        worker.name(),
        "app",
        app.source().words(),
        "pid",
        app.host().pid());
    app.warnings().forEach(log::warn);
  }

  private static void checkPorts(List<WorkerSettings> settings) {
    Map<Integer, String> taken = new HashMap<>();
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
