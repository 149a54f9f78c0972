package io.lkagent.cli;

import io.lkagent.json.JsonObject;
import io.lkagent.ops.Survey;
import io.lkagent.ops.WorkerStatus;
import io.lkagent.protocol.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The workers of this host, as far as they explain what becomes of a dispatch. Others may run
 * elsewhere: what these say is never a verdict.
 */
final class Neighbours {
  private static final Duration ANSWER = Duration.ofSeconds(1);

  /** A process of this host that has, or had, a dispatch's job. */
  record Serving(WorkerStatus worker, JsonObject process) {
    long pid() {
      return process.number("pid", 0);
    }
  }

  private final List<WorkerStatus> workers;
  private final URI server;
  private final String agentName;

  Neighbours(List<WorkerStatus> workers, Endpoint server, String agentName) {
    this.workers = List.copyOf(workers);
    this.server = server.webSocketUri();
    this.agentName = agentName;
  }

  /** Asks them; a folder that cannot be read knows of none. */
  static Neighbours look(Path folder, Endpoint server, String agentName) {
    try {
      return new Neighbours(Survey.ofHost(folder, ANSWER).answered(), server, agentName);
    } catch (IOException e) {
      return new Neighbours(List.of(), server, agentName);
    }
  }

  /** The process that runs a job of this dispatch, or null. */
  @Nullable Serving serving(String dispatchId) {
    return find(dispatchId, true);
  }

  /** The process that ran it and ended, or null. */
  @Nullable Serving served(String dispatchId) {
    return find(dispatchId, false);
  }

  private @Nullable Serving find(String dispatchId, boolean alive) {
    for (WorkerStatus worker : workers) {
      for (JsonObject process : alive ? worker.processes() : worker.ended()) {
        if (process.string("dispatch_id", "").equals(dispatchId)) {
          return new Serving(worker, process);
        }
      }
    }
    return null;
  }

  /** What can be said before anybody is asked; empty when nothing speaks against it. */
  String warning() {
    return workers.isEmpty() || named().anyMatch(WorkerStatus::available) ? "" : reason();
  }

  /** Why nobody took a job, and what to do; one sentence without a full stop. */
  String reason() {
    if (named().findAny().isPresent()) {
      return named().map(this::refusal).findFirst().orElse("");
    }
    return workers.stream()
        .filter(worker -> worker.agentName().equals(agentName))
        .findFirst()
        .map(worker ->
            "worker %s (pid %d) has that name, but works for %s and not for %s: check LIVEKIT_URL"
                .formatted(worker.name(), worker.pid(), worker.url(), server))
        .orElseGet(this::nameless);
  }

  /** Those of the name that is wanted, registered where it is wanted. */
  private Stream<WorkerStatus> named() {
    return workers.stream()
        .filter(worker -> worker.agentName().equals(agentName) && sameServer(worker.url()));
  }

  private String refusal(WorkerStatus worker) {
    String who = "worker %s (pid %d)".formatted(worker.name(), worker.pid());
    if (worker.full()) {
      return who
          + " is full (%d of %d rooms): wait for one to end, raise --max-jobs, or start another worker"
              .formatted(worker.activeJobs(), worker.maxJobs());
    }
    if (!worker.state().equals("registered")) {
      return who
          + " takes no jobs, it is "
          + worker.state()
          + worker.fields().string("error", "").transform(e -> e.isEmpty() ? "" : " (" + e + ")")
          + ": see its log";
    }
    return worker.available()
        ? who + " could have, and got no job: is it of the same project? See its log"
        : who
            + " takes no jobs while it is overloaded: see lkagent status, or start another worker";
  }

  private String nameless() {
    if (workers.isEmpty()) {
      return "check that a worker "
          + (agentName.isEmpty() ? "without an agent name" : "named " + Shown.quoted(agentName))
          + " runs and is registered with "
          + server
          + (agentName.isEmpty() ? ", or give --agent-name" : " (lkagent status, on its host)");
    }
    List<String> names = workers.stream().map(WorkerStatus::agentName).distinct().toList();
    String known =
        String.join(
            ", ", names.stream().map(n -> n.isEmpty() ? "no name" : Shown.quoted(n)).toList());
    return agentName.isEmpty()
        ? "the workers of this host have agent names (" + known + "): give one by --agent-name"
        : "no worker of this host is named %s (there: %s)".formatted(Shown.quoted(agentName), known)
            + Suggestion.forTypo(agentName, names);
  }

  private boolean sameServer(String url) {
    try {
      return address(URI.create(url)).equals(address(server));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Host and port, all names of the loopback interface being one. */
  private static String address(URI url) {
    String host = String.valueOf(url.getHost());
    String one = host.matches("localhost|127\\..*|\\[::1]") ? "localhost" : host;
    boolean secure = String.valueOf(url.getScheme()).equals("wss");
    return one + ":" + (url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80);
  }
}
