package io.lkagent.supervise;

import io.lkagent.ipc.FrameReader;
import io.lkagent.ipc.FrameTooLongException;
import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.StateLoop;
import io.lkagent.log.Log;
import io.lkagent.process.Cgroup;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessEntry;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.process.ProcessTable;
import io.lkagent.process.Scarcity;
import io.lkagent.process.SpawnException;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The owner of one child: its loop holds the child's state, threads of its own carry the pipes.
 *
 * <p>The pipes of a child can only be read by blocking system calls, so each has a platform thread
 * with a small stack: a virtual thread would hold its carrier all the while. That of its output
 * starts when there is some. The sockets of a forked child let the carrier go, and need none.
 */
public final class Supervisor {
  private static final Log log = Log.of(Supervisor.class);
  private static final long READER_STACK = 128 * 1024;
  private static final long SESSION_GRACE_MILLIS = 1000;

  /** How long the pipes may take to run dry after the exit; a grandchild can hold them open. */
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  private final ProcessTable processes = new ProcessTable();
  private final Cgroup cgroup = new Cgroup();
  private final String name;
  private final ProcessSpec spec;
  private final ProcessStarter starter;
  private final OomWatch oom;
  private final OutputSink output;
  private final Consumer<ChildNews> news;
  private final Time time;
  private final long since;
  private final StateLoop<ChildState, ChildEvent, ChildAction> loop;
  private final Outbox outbox;
  private volatile @Nullable OsProcess process;

  /**
   * @param name of its threads, such as {@code child-7}
   * @param news hears what happens, on the child's own thread; must not block
   */
  public Supervisor(
      String name,
      ProcessSpec spec,
      ChildSettings settings,
      ProcessStarter starter,
      OomWatch oom,
      OutputSink output,
      Time time,
      Consumer<ChildNews> news) {
    this.name = name;
    this.spec = spec;
    this.starter = starter;
    this.oom = oom;
    this.output = output;
    this.news = news;
    this.time = time;
    this.since = time.nanos();
    ChildLifecycle lifecycle = new ChildLifecycle(settings);
    this.loop = new StateLoop<>(name, time, lifecycle.initial(since), new Child(lifecycle));
    this.outbox = new Outbox(name + "-writer", () -> loop.send(new ChildEvent.ChannelClosed()));
  }

  /** Starts the process. */
  public Supervisor start() {
    loop.start();
    Thread.ofVirtual().name(name + "-spawn").start(this::spawn);
    return this;
  }

  /** Hands it a job; answered by news. */
  public void offer(JobStart job) {
    loop.sendNow(new ChildEvent.Offered(job));
  }

  /** Asks it to end in good order. */
  public void stop(StopCause cause) {
    loop.send(new ChildEvent.StopAsked(cause));
  }

  /** Ends it at once. */
  public void kill(StopCause cause) {
    loop.send(new ChildEvent.KillAsked(cause));
  }

  /** Passes on a reading of its memory, in bytes of proportional set size. */
  public void memoryRead(long bytes) {
    loop.send(new ChildEvent.MemoryRead(bytes));
  }

  /** The newest state, for reading only. */
  public ChildState state() {
    return loop.state();
  }

  /** The process id, or 0 before the process exists. */
  public long pid() {
    OsProcess current = process;
    return current == null ? 0 : current.pid();
  }

  /** How long ago the process was asked for. */
  public Duration age() {
    return Duration.ofNanos(time.nanos() - since);
  }

  /** Lets its output report repeats that nothing has followed; for a caller's own rare timer. */
  public void tickOutput() {
    output.tick();
  }

  public List<String> lastOutput() {
    return output.lastLines();
  }

  /** True when this child's loop has stood still for {@code limit}. */
  public boolean standsStill(Duration limit) {
    return loop.standsStill(limit);
  }

  private void spawn() {
    OsProcess started;
    try {
      started = starter.start(spec);
    } catch (SpawnException e) {
      loop.send(new ChildEvent.SpawnFailed(String.valueOf(e.getMessage())));
      return;
    } catch (RuntimeException | Error e) {
      // Whatever went wrong (without a file descriptor left, even classes do not load), a child
      // that never comes must not be waited for.
      loop.send(new ChildEvent.SpawnFailed(e.toString()));
      return;
    }
    process = started;
    loop.send(new ChildEvent.Spawned(started.pid()));
    serve(started);
  }

  private void serve(OsProcess started) {
    Thread protocol = pipeThread(started, "protocol", () -> readProtocol(started));
    Thread lines =
        pipeThread(started, "output", () -> output.drain(started.pid(), started.output()));
    outbox.open(started.toChild());
    start(protocol);
    started.whenPrinted(() -> start(lines));
    // Only now: the last words are waited for, which nobody can do before a reader runs.
    var _ = started.exit().thenAccept(status -> afterExit(started, status, protocol, lines));
  }

  private void start(Thread pipeThread) {
    try {
      pipeThread.start();
    } catch (OutOfMemoryError e) { // how the JVM says that the system has no thread to give
      String why = String.valueOf(e.getMessage());
      kill(
          new StopCause(
              StopReason.SPAWN_FAILED, "no thread for its pipes: " + why + Scarcity.remedy(why)));
    }
  }

  private Thread pipeThread(OsProcess of, String pipe, Runnable task) {
    if (!of.holdsCarriers()) {
      return Thread.ofVirtual().name(name + "-" + pipe).unstarted(task);
    }
    return Thread.ofPlatform()
        .daemon()
        .name(name + "-" + pipe)
        .stackSize(READER_STACK)
        .unstarted(task);
  }

  private void readProtocol(OsProcess from) {
    FrameReader frames = new FrameReader(from.fromChild(), JobProtocol.MAX_FRAME_BYTES);
    try {
      for (String frame = frames.next(); frame != null; frame = frames.next()) {
        try {
          heard(FromChild.parse(frame));
        } catch (JsonException | ArithmeticException e) {
          loop.send(new ChildEvent.Garbage(garbage(frame, e)));
          return;
        }
      }
      loop.send(new ChildEvent.ChannelClosed());
    } catch (FrameTooLongException e) {
      loop.send(new ChildEvent.Garbage("wrote no message: " + e.getMessage()));
    } catch (IOException e) {
      loop.send(new ChildEvent.ChannelClosed());
    }
  }

  private void heard(FromChild message) {
    if (message instanceof FromChild.Pong) {
      outbox.answered();
      // Nothing follows from it that would be too much for this thread's small stack.
      loop.sendNow(new ChildEvent.Received(message));
    } else {
      loop.send(new ChildEvent.Received(message));
    }
  }

  private static String garbage(String frame, RuntimeException e) {
    String start = frame.length() > 80 ? frame.substring(0, 80) + "…" : frame;
    return "wrote what is not the job protocol: " + Json.write(start) + " (" + e.getMessage() + ")";
  }

  private void afterExit(OsProcess ended, ExitStatus status, Thread protocol, Thread lines) {
    boolean suspected = oom.suspects(ended.pid(), status);
    Thread.ofVirtual()
        .name(name + "-exit")
        .start(() -> {
          outbox.close();
          join(protocol);
          join(lines);
          loop.send(new ChildEvent.Exited(status, suspected));
        });
  }

  private static void join(Thread thread) {
    if (thread.getState() == Thread.State.NEW) {
      return; // the system had no thread to give
    }
    try {
      thread.join(LAST_WORDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endSession() {
    OsProcess ended = process;
    Thread.ofVirtual()
        .name(name + "-session")
        .start(() -> {
          try {
            if (ended != null) {
              ended.endSession(SESSION_GRACE_MILLIS);
            }
          } finally {
            loop.send(new ChildEvent.SessionEnded());
          }
        });
  }

  private void kill(OsProcess current, StopCause cause) {
    log.warn(
        "killing a job process",
        "pid",
        current.pid(),
        "reason",
        cause.reason().text(),
        "detail",
        cause.detail(),
        "process_state",
        processes.find(current.pid()).map(ProcessEntry::state).orElse(null),
        "cgroup_throttled_ms",
        cgroup.throttling().map(throttling -> throttling.nanos() / 1_000_000).orElse(null));
    current.kill();
  }

  /** The lifecycle's decisions, carried out. */
  private final class Child implements Machine<ChildState, ChildEvent, ChildAction> {
    private final ChildLifecycle lifecycle;

    Child(ChildLifecycle lifecycle) {
      this.lifecycle = lifecycle;
    }

    @Override
    public Step<ChildState, ChildAction> next(ChildState state, ChildEvent event, long now) {
      return lifecycle.next(state, event, now);
    }

    @Override
    public long wakeAt(ChildState state) {
      return lifecycle.wakeAt(state);
    }

    @Override
    public ChildEvent tick() {
      return new ChildEvent.Tick();
    }

    @Override
    public boolean finished(ChildState state) {
      return state instanceof ChildState.Gone;
    }

    @Override
    public void perform(ChildAction action) {
      switch (action) {
        case ChildAction.Send(var message) -> {
          if (message instanceof ToChild.Start(JobStart job)) {
            output.tag(job); // before it can write its first line about it
          }
          outbox.send(message.frame());
        }
        case ChildAction.Kill(StopCause cause) -> {
          OsProcess current = process;
          if (current != null) {
            kill(current, cause);
          }
        }
        case ChildAction.EndSession end -> endSession();
        case ChildAction.Tell(ChildNews told) -> news.accept(told);
        case ChildAction.Complain(ChildState state, ChildEvent event) ->
            log.error(
                "a defect: an impossible event for a child",
                "child",
                name,
                "state",
                state,
                "event",
                event);
      }
    }
  }
}
