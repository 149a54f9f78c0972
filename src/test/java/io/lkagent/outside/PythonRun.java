package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;

import io.lkagent.testing.Lkagent;
import io.lkagent.testing.Proc;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A worker with an app of LiveKit's Python framework, and the processes that it has. */
final class PythonRun implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(60);
  static final String NAME = "outside";

  private final Lkagent worker;
  private final ServerApi api;

  private PythonRun(Lkagent worker, ServerUnderTest server) {
    this.worker = worker;
    this.api = new ServerApi(server);
  }

  /** Starts one for an app with this text; it is registered when this returns. */
  static PythonRun start(Path folder, ServerUnderTest server, String app, String... more)
      throws IOException {
    Path file = Files.writeString(folder.resolve("app.py"), app);
    return start(folder, server, server.url(), file, more);
  }

  static PythonRun start(
      Path folder, ServerUnderTest server, String url, Path file, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--python", file.toString()));
    arguments.addAll(List.of("--interpreter", PythonTools.python().toString()));
    arguments.addAll(List.of(more));
    Map<String, String> environment = new HashMap<>(Lkagent.keys(server));
    environment.put("LIVEKIT_URL", url);
    Lkagent worker =
        Lkagent.start(
            folder, environment, Lkagent.workerArguments(arguments.toArray(String[]::new)));
    worker.awaitLog("registered");
    return new PythonRun(worker, server);
  }

  Lkagent worker() {
    return worker;
  }

  ServerApi api() {
    return api;
  }

  /** Makes a room with the agent; the process that serves it. */
  long serve(String room) {
    api.createRoom(room, NAME);
    return worker.awaitLog("the agent runs", "room_name", room).number("pid");
  }

  /** The processes of that kind: {@code app} is the host, {@code job}, {@code idle}. */
  Set<Long> processes(String kind) {
    return worker.everyProcess().stream()
        .filter(pid -> Proc.text(pid, "comm").strip().equals("lkagent:" + kind))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The host, once there is one and only one that is not {@code former}. */
  long host(long former) {
    eventually(
        LONG,
        () -> "hosts: " + processes("app") + worker.said(),
        () -> processes("app").size() == 1 && !processes("app").contains(former));
    return processes("app").iterator().next();
  }

  /** Waits until there is a process for the next room. */
  void awaitIdle() {
    eventually(LONG, () -> "none is idle" + worker.said(), () -> !processes("idle").isEmpty());
  }

  /** Ends the worker, and with it the calls that still run. */
  void terminate() {
    worker.signal("TERM");
    worker.awaitLog("draining: no new jobs");
    worker.signal("TERM");
    worker.awaitExit(LONG); // the code says whether calls were cut
    worker.awaitNothingLeft(LONG);
  }

  @Override
  public void close() {
    worker.close();
  }
}
