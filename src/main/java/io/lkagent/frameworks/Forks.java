package io.lkagent.frameworks;

import io.lkagent.frameworks.HostProcess.Birth;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The job processes that a host is to fork, and those that were forked and live. */
final class Forks {
  /** How long a process's streams may take after the word that it was forked: they came before. */
  private static final Duration STREAMS = Duration.ofSeconds(5);

  /**
   * A process that somebody waits for.
   *
   * @param spare the id of the second try, on another host
   */
  record Request(String id, String spare, ProcessSpec spec, CompletableFuture<Birth> birth) {}

  private final ForkSocket socket;
  private final AppFolder folder;
  private final Time time;
  private final Map<String, Request> requests = new ConcurrentHashMap<>();
  private final Map<ForkedProcess, Integer> living = new ConcurrentHashMap<>();

  Forks(ForkSocket socket, AppFolder folder, Time time) {
    this.socket = socket;
    this.folder = folder;
    this.time = time;
  }

  Request open(ProcessSpec spec) {
    Request request =
        new Request(
            UUID.randomUUID().toString(),
            UUID.randomUUID().toString(),
            spec,
            new CompletableFuture<>());
    requests.put(request.id(), request);
    requests.put(request.spare(), request);
    return request;
  }

  /** Whatever came for it and was not taken is not wanted any more. */
  void close(Request request) {
    for (String id : new String[] {request.id(), request.spare()}) {
      requests.remove(id);
      socket.disown(id);
    }
  }

  /** What the host is to be told for this id, if somebody waits for that process. */
  ToHost.@Nullable Fork message(String id) {
    Request request = requests.get(id);
    if (request == null) {
      return null;
    }
    socket.expect(id);
    Map<String, String> environment = new HashMap<>(request.spec().environment());
    environment.put(OsProcess.ID_VARIABLE, id);
    return new ToHost.Fork(id, folder.socket(), environment);
  }

  /** The host has forked it. */
  void hand(String id, @Nullable HostProcess host) {
    Request request = requests.get(id);
    if (request == null || host == null) {
      socket.disown(id);
    } else {
      request.birth().complete(host.birth(id));
    }
  }

  void refuse(String id, String why) {
    Request request = requests.get(id);
    if (request != null) {
      request.birth().completeExceptionally(new IOException(why));
    }
  }

  /** It will not come, or nobody wants it. */
  void disown(String id) {
    socket.disown(id);
  }

  /**
   * Waits for the process.
   *
   * @param alive whether the host of a generation is there, and will report the process's exit
   */
  ForkedProcess await(Request request, Duration limit, IntPredicate alive)
      throws InterruptedException, ExecutionException, TimeoutException {
    Birth birth = request.birth().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    ForkStreams streams =
        socket.expect(birth.id()).complete().get(STREAMS.toMillis(), TimeUnit.MILLISECONDS);
    ForkedProcess child = new ForkedProcess(birth.pid(), birth.id(), streams, birth.exit(), time);
    living.put(child, birth.generation());
    var _ = birth.exit().thenRun(() -> living.remove(child));
    socket.handOver(birth.id());
    if (!alive.test(birth.generation())) {
      child.orphan();
    }
    return child;
  }

  /** The host of this generation is gone, and with it whoever would report their exits. */
  void orphan(int generation) {
    living.forEach((child, of) -> {
      if (of == generation) {
        child.orphan();
      }
    });
  }

  /** Ends every process that lives. */
  void endAll() {
    Set.copyOf(living.keySet())
        .forEach(child -> {
          child.kill();
          child.endSession(0);
        });
  }
}
