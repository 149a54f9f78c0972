package io.lkagent.probe;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.ToChild;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.process.ProcessUsage;
import io.lkagent.process.SpawnException;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.OomWatch;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One start of an agent's process under the worker's own {@link Supervisor}, watched: from the
 * moment it is asked for, over ready and a first pong, to its end.
 */
final class Start {
  /** How often an initialising agent is pinged, to see whether it answers. */
  static final Duration PING_EVERY = Duration.ofMillis(100);

  /** More pings than this without an answer are not sent: the pipe of a deaf child is small. */
  private static final int MOST_UNANSWERED = 20;

  /** How much longer than its limits a process may take until it is given up. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final ProbeTarget target;
  private final Ending ending;
  private final boolean weighed;
  private final LongConsumer shown;
  private final Time time;
  private final CompletableFuture<ChildNews.Ended> ended = new CompletableFuture<>();
  private final CompletableFuture<Long> cleared = new CompletableFuture<>();
  private final List<FromChild.Phase> phases = new ArrayList<>();
  private final List<String> degraded = new ArrayList<>();

  /** When each of our own pings was sent that has no answer yet; the oldest is first. */
  private final ArrayDeque<Long> unanswered = new ArrayDeque<>();

  private final KeptOutput output;
  private final Supervisor supervisor;
  private @Nullable Tap tap;
  private String runtime = "";
  private long asked = Times.UNKNOWN;
  private long spawned = Times.UNKNOWN;
  private long up = Times.UNKNOWN;
  private long hello = Times.UNKNOWN;
  private long ready = Times.UNKNOWN;
  private long pong = Times.UNKNOWN;
  private int sent;
  private int answered;
  private long longest;
  private @Nullable ProcessUsage usage;

  /** How a process is ended that has shown what it can. */
  enum Ending {
    /** As the worker does it: asked, and given time. */
    ORDERLY,

    /** At once: for series so long that the ends would take most of the time. */
    KILLED
  }

  /**
   * @param weighed whether its usage is read once it is ready, which takes a millisecond or two
   */
  Start(ProbeTarget target, Ending ending, boolean weighed, Time time) {
    this(target, ending, weighed, OomWatch.none(), pid -> {}, time);
  }

  /**
   * @param shown gets the process id once it is ready, while it lives
   */
  Start(
      ProbeTarget target,
      Ending ending,
      boolean weighed,
      OomWatch oom,
      LongConsumer shown,
      Time time) {
    this.target = target;
    this.ending = ending;
    this.weighed = weighed;
    this.shown = shown;
    this.time = time;
    this.output = new KeptOutput(time);
    this.supervisor =
        new Supervisor(
            "probe",
            target.spec(),
            target.settings(),
            new Watched(),
            oom,
            output,
            time,
            this::news);
  }

  /** Makes the start and waits for its end. */
  ProbeRun run(int number, Part part, int concurrency) throws InterruptedException {
    supervisor.start();
    Thread pinger = Thread.ofVirtual().name("probe-pings").start(this::ping);
    try {
      Duration limit =
          target.settings().initTimeout().plus(target.settings().shutdownTimeout()).plus(GRACE);
      ChildNews.Ended how = ended.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      long end = cleared.get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      return report(number, part, concurrency, how, end);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a probed process did not end", e);
    } finally {
      supervisor.kill(StopCause.of(StopReason.FORCED));
      pinger.interrupt();
    }
  }

  /** Ends it at once; {@link #run} returns soon after. */
  void abort() {
    supervisor.kill(StopCause.of(StopReason.FORCED));
  }

  private void news(ChildNews news) {
    switch (news) {
      case ChildNews.Degraded(String component, String error) -> degraded(component, error);
      case ChildNews.Ended how -> ended.complete(how);
      case ChildNews.Cleared gone -> cleared.complete(time.nanos());
      case ChildNews.Spawned n -> {}
      case ChildNews.PhaseEnded n -> {}
      case ChildNews.Ready n -> {}
      case ChildNews.JobReturned n -> {}
      case ChildNews.JobSent n -> {}
      case ChildNews.JobRunning n -> {}
      case ChildNews.JobActivity n -> {}
      case ChildNews.JobDone n -> {}
      case ChildNews.MemoryHigh n -> {}
      case ChildNews.MemoryMeasured n -> {}
      case ChildNews.DidNotStop n -> {}
    }
  }

  private synchronized void degraded(String component, String error) {
    degraded.add(error.isEmpty() ? component : component + ": " + error);
  }

  /** On the thread that reads the child's messages. */
  private void heard(FromChild message, long now) {
    switch (message) {
      case FromChild.Hello said -> greeted(said, now);
      case FromChild.Phase phase -> add(phase);
      case FromChild.Ready said -> becameReady(now);
      case FromChild.Pong(long t) -> ponged(t, now);
      case FromChild.Failed said -> {}
      case FromChild.Running said -> {}
      case FromChild.Activity said -> {}
      case FromChild.Degraded said -> {}
      case FromChild.Done said -> {}
      case FromChild.Unknown said -> {}
    }
  }

  private synchronized void greeted(FromChild.Hello said, long now) {
    runtime = said.runtime();
    up = said.upNanos();
    hello = now;
  }

  private synchronized void add(FromChild.Phase phase) {
    phases.add(phase);
  }

  private void becameReady(long now) {
    synchronized (this) {
      if (ready == Times.UNKNOWN) {
        ready = now;
      }
    }
    sendPing();
  }

  private void ponged(long t, long now) {
    boolean first;
    synchronized (this) {
      if (!unanswered.remove(t)) {
        return; // the supervisor's, or one that nobody asked for
      }
      answered++;
      longest = Math.max(longest, now - t);
      first = ready != Times.UNKNOWN && t >= ready && pong == Times.UNKNOWN;
      if (first) {
        pong = now;
      }
    }
    if (first) {
      Thread.ofVirtual().name("probe-weigh").start(this::finish);
    }
  }

  /** It has shown what it can, and ends whatever becomes of the looks at it. */
  private void finish() {
    try {
      if (weighed) {
        Optional<ProcessUsage> read = ProcessUsage.of(supervisor.pid());
        synchronized (this) {
          usage = read.orElse(null);
        }
      }
      shown.accept(supervisor.pid());
    } finally {
      switch (ending) {
        case ORDERLY -> supervisor.stop(StopCause.of(StopReason.NOT_NEEDED));
        case KILLED -> supervisor.kill(StopCause.of(StopReason.NOT_NEEDED));
      }
    }
  }

  private void ping() {
    while (!ended.isDone() && !Thread.currentThread().isInterrupted()) {
      time.sleep(PING_EVERY);
      boolean due;
      synchronized (this) {
        due =
            hello != Times.UNKNOWN && ready == Times.UNKNOWN && unanswered.size() < MOST_UNANSWERED;
      }
      if (due) {
        sendPing();
      }
    }
  }

  private void sendPing() {
    Tap open;
    long now;
    synchronized (this) {
      open = tap;
      now = time.nanos();
      sent++;
      unanswered.add(now);
    }
    if (open != null) {
      open.say(new ToChild.Ping(now).frame());
    }
  }

  private synchronized ProbeRun report(
      int number, Part part, int concurrency, ChildNews.Ended how, long end) {
    boolean wasReady =
        pong != Times.UNKNOWN
            && how.cause().reason() == StopReason.NOT_NEEDED
            && (ending == Ending.KILLED || how.exit() instanceof ExitStatus.Exited);
    if (!unanswered.isEmpty() && !wasReady) {
      longest = Math.max(longest, end - unanswered.getFirst());
    }
    return new ProbeRun(
        number,
        part,
        concurrency,
        runtime,
        new Times(
            since(spawned),
            up == Times.UNKNOWN || hello == Times.UNKNOWN
                ? Times.UNKNOWN
                : Math.max(0, since(hello) - up),
            since(hello),
            since(ready),
            since(pong),
            since(end)),
        phases.stream().map(this::component).toList(),
        new Pings(sent, answered, longest),
        usage,
        new Outcome(wasReady, how.cause(), how.exit(), degraded, output.lastLines()));
  }

  private long since(long instant) {
    return instant == Times.UNKNOWN ? Times.UNKNOWN : instant - asked;
  }

  private Component component(FromChild.Phase phase) {
    long zero = since(hello);
    return new Component(
        phase.name(),
        zero + phase.startNanos(),
        zero + phase.endNanos(),
        phase.critical(),
        phase.error());
  }

  /** Starts the process behind a tap, and notes when. */
  private final class Watched implements ProcessStarter {
    @Override
    public OsProcess start(ProcessSpec spec) throws SpawnException {
      long before = time.nanos();
      synchronized (Start.this) {
        asked = before;
      }
      OsProcess process = target.starter().start(spec);
      Tap watched = new Tap(process, time, Start.this::heard);
      synchronized (Start.this) {
        spawned = time.nanos();
        tap = watched;
      }
      return watched;
    }
  }
}
