package io.lkagent.frameworks;

import io.lkagent.ipc.FrameReader;
import io.lkagent.ipc.FrameWriter;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.log.ChildOutput;
import io.lkagent.log.Log;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSession;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** One process of an app's host: its threads, and the exits that it reports. */
final class HostProcess {
  private static final Log log = Log.of(HostProcess.class);
  private static final long READER_STACK = 128 * 1024;

  /** How long the pipes may take to run dry after the exit; a descendant can hold them open. */
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  private static final String END = "";

  private final int generation;
  private final OsProcess process;
  private final ProcessSession session;
  private final Consumer<HostEvent> events;
  private final ChildOutput output;
  private final LinkedBlockingQueue<String> outbox = new LinkedBlockingQueue<>();
  private final Map<Long, CompletableFuture<ExitStatus>> exits = new ConcurrentHashMap<>();
  private final Map<String, Birth> births = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** A process that this host has forked and reports about. */
  record Birth(String id, long pid, CompletableFuture<ExitStatus> exit, int generation) {}

  HostProcess(int generation, OsProcess process, Time time, Consumer<HostEvent> events) {
    this.generation = generation;
    this.process = process;
    this.events = events;
    // Not by the id in the environment: the processes that it forks were born with it, too.
    this.session = new ProcessSession(process.pid(), "", time);
    Map<String, Object> tags = Map.of("pid", process.pid(), "process", "host");
    this.output = new ChildOutput(process.output(), time, () -> tags);
  }

  HostProcess start() {
    String name = "host-" + generation;
    output.start(name + "-output");
    // A platform thread: reading a pipe would hold a virtual thread's carrier.
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .name(name + "-protocol")
            .stackSize(READER_STACK)
            .start(this::read);
    Thread.ofVirtual().name(name + "-writer").start(this::write);
    var _ =
        process
            .exit()
            .thenAccept(status ->
                Thread.ofVirtual().name(name + "-exit").start(() -> afterExit(status, reader)));
    return this;
  }

  int generation() {
    return generation;
  }

  long pid() {
    return process.pid();
  }

  void send(ToHost message) {
    outbox.add(message.frame());
  }

  /** Lets it end by itself. */
  void quit() {
    outbox.add(new ToHost.Quit().frame());
    outbox.add(END);
  }

  void kill() {
    process.kill();
  }

  /** Completes when the process and its session are gone. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** The process that was forked under this id. */
  Birth birth(String id) {
    Birth birth = births.remove(id);
    if (birth == null) {
      throw new IllegalStateException("nothing was forked as " + id);
    }
    return birth;
  }

  private void read() {
    FrameReader frames = new FrameReader(process.fromChild(), JobProtocol.MAX_FRAME_BYTES);
    try {
      for (String frame = frames.next(); frame != null; frame = frames.next()) {
        try {
          hear(FromHost.parse(frame));
        } catch (JsonException | ArithmeticException e) {
          events.accept(new HostEvent.Broke(generation, garbage(frame, e)));
          return;
        }
      }
      closed();
    } catch (IOException e) {
      closed();
    }
  }

  private void closed() {
    events.accept(new HostEvent.ChannelClosed(generation));
  }

  private static String garbage(String frame, RuntimeException e) {
    String start = Json.write(frame.length() > 80 ? frame.substring(0, 80) + "…" : frame);
    return "the app's host wrote what is not its protocol: "
        + start
        + " ("
        + e.getMessage()
        + "); does the app write to file descriptor 3?";
  }

  private void hear(FromHost message) {
    switch (message) {
      case FromHost.Forked(String id, long pid) -> {
        CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
        exits.put(pid, exit);
        births.put(id, new Birth(id, pid, exit, generation));
      }
      case FromHost.Exited(long pid, int status) -> {
        CompletableFuture<ExitStatus> exit = exits.remove(pid);
        if (exit != null) {
          exit.complete(ExitStatus.ofWait(status));
        }
      }
      case FromHost.Hello(int _, long _, String runtime) ->
          log.debug("the app's host runs", "pid", pid(), "runtime", runtime);
      case FromHost.Phase(String name, long start, long end) ->
          log.debug("a part of the app is loaded", "part", name, "ms", (end - start) / 1_000_000);
      case FromHost.App app -> {}
      case FromHost.Failed failed -> {}
      case FromHost.ForkFailed failed -> {}
      case FromHost.Answered answered -> {}
      case FromHost.Pong pong -> {}
      case FromHost.Unknown(String type) -> log.debug("an unknown message", "type", type);
    }
    events.accept(new HostEvent.Said(generation, message));
  }

  private void write() {
    FrameWriter frames = new FrameWriter(process.toChild());
    try {
      for (String frame = outbox.take(); !frame.isEmpty(); frame = outbox.take()) {
        frames.write(frame);
      }
      process.toChild().close();
    } catch (IOException | OutOfMemoryError e) {
      closed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void afterExit(ExitStatus status, Thread reader) {
    outbox.add(END);
    try {
      // Before the pipes: what is left of its session may hold them.
      session.end(0);
      reader.join(LAST_WORDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var _ = output.awaitEnd(LAST_WORDS);
    events.accept(new HostEvent.Exited(generation, how(status)));
    ended.complete(null);
  }

  private String how(ExitStatus status) {
    return "the app's host ended with " + status.words() + lastWord();
  }

  private String lastWord() {
    List<String> lines = output.lastLines();
    return lines.isEmpty() ? "" : ": " + lines.getLast().strip();
  }
}
