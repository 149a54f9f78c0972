package io.lkagent.probe.faults;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import io.lkagent.probe.KeptOutput;
import io.lkagent.probe.explain.LastWords;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessEntry;
import io.lkagent.process.ProcessSession;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.process.ProcessTable;
import io.lkagent.process.SpawnException;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.supervise.OomWatch;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One agent's process under the worker's own {@link Supervisor}, with a {@link Wire} between. */
final class Life {
  /** How the worker's frame begins: its type comes first. */
  private static final String INIT = "{\"type\":\"init\"";

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration CLEARING = Duration.ofSeconds(10);

  private final ProcessStarter starter;
  private final Tamper tamper;
  private final boolean holding;
  private final Duration ample;
  private final Time time;
  private final Supervisor supervisor;
  private final ProcessTable table = new ProcessTable();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<FromChild> heard = new ArrayList<>();
  private final List<ChildNews> news = new ArrayList<>();
  private final List<Integer> inits = new ArrayList<>();
  private final KeptOutput output;
  private @Nullable Wire wire;
  private @Nullable ProcessSession session;
  private long startTicks;
  private long lastPing;

  /**
   * @param holding whether frames to the agent wait until {@link Wire#release}
   * @param ample the longest that is waited for anything
   */
  Life(
      ProcessSpec spec,
      ProcessStarter starter,
      ChildSettings settings,
      Tamper tamper,
      boolean holding,
      Duration ample,
      Time time) {
    this.starter = starter;
    this.tamper = tamper;
    this.holding = holding;
    this.ample = ample;
    this.time = time;
    this.output = new KeptOutput(time);
    this.supervisor =
        new Supervisor(
            "fault", spec, settings, this::spawn, OomWatch.none(), output, time, this::told);
  }

  private OsProcess spawn(ProcessSpec spec) throws SpawnException {
    OsProcess process = starter.start(spec);
    Wire between = new Wire(process, tamper, this::heard, this::sent, holding, time);
    lock.lock();
    try {
      session = new ProcessSession(process.pid(), process.id(), time);
      startTicks = table.startTicks(process.pid()).orElse(0);
      wire = between;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return between;
  }

  Life start() {
    supervisor.start();
    return this;
  }

  private void heard(FromChild message) {
    add(heard, message);
  }

  private void told(ChildNews message) {
    add(news, message);
  }

  private void sent(String frame) {
    if (frame.startsWith(INIT)) {
      add(inits, frame.length());
    }
  }

  private <T> void add(List<T> to, T one) {
    lock.lock();
    try {
      to.add(one);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The wire, once the process exists; fails the fault when it never does. */
  Wire wire() throws InterruptedException {
    await(() -> wire != null || ended() != null);
    Wire open = wire;
    if (open == null) {
      throw new IllegalStateException("the system did not start it");
    }
    return open;
  }

  /** Waits for a message of the agent; false when it has not come and will not. */
  boolean says(Class<? extends FromChild> type) throws InterruptedException {
    return await(() -> count(type) > 0 || ended() != null) && count(type) > 0;
  }

  /** Waits until init is on its way to the agent; false when it ended before. */
  boolean toldToInit() throws InterruptedException {
    return await(() -> !inits.isEmpty() || ended() != null) && !inits.isEmpty();
  }

  /** What it printed last, in a few words; empty when nothing. */
  String lastWords() {
    return LastWords.line(output.lastLines());
  }

  /** How many messages of that type the agent has sent. */
  int count(Class<? extends FromChild> type) {
    lock.lock();
    try {
      return (int) heard.stream().filter(type::isInstance).count();
    } finally {
      lock.unlock();
    }
  }

  /** Whether its first message of one type came before its first of another. */
  boolean saysBefore(Class<? extends FromChild> first, Class<? extends FromChild> then) {
    lock.lock();
    try {
      return heard.stream()
          .filter(m -> first.isInstance(m) || then.isInstance(m))
          .findFirst()
          .filter(first::isInstance)
          .isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** The values of its pongs, in order. */
  List<Long> pongs() {
    lock.lock();
    try {
      return heard.stream()
          .flatMap(m -> m instanceof FromChild.Pong(long t) ? Stream.of(t) : null)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the supervisor has it as ready; false when it ended before. */
  boolean ready() throws InterruptedException {
    return await(() -> has(ChildNews.Ready.class) || ended() != null) && has(ChildNews.Ready.class);
  }

  /** From the spawn until it was ready, as the supervisor counts it. */
  Duration initTime() {
    lock.lock();
    try {
      return news.stream()
          .flatMap(n -> n instanceof ChildNews.Ready(long took) ? Stream.of(took) : null)
          .map(Duration::ofNanos)
          .findFirst()
          .orElse(Duration.ZERO);
    } finally {
      lock.unlock();
    }
  }

  boolean has(Class<? extends ChildNews> type) {
    lock.lock();
    try {
      return news.stream().anyMatch(type::isInstance);
    } finally {
      lock.unlock();
    }
  }

  /** Sends a ping past the supervisor; its value. */
  long ping() throws InterruptedException {
    Wire open = wire();
    lock.lock();
    try {
      lastPing = Math.max(time.nanos(), lastPing + 1);
    } finally {
      lock.unlock();
    }
    open.say(new ToChild.Ping(lastPing).frame());
    return lastPing;
  }

  /** Whether a ping is answered. */
  boolean answers() throws InterruptedException {
    long value = ping();
    return await(() -> pongs().contains(value) || ended() != null) && pongs().contains(value);
  }

  void offer(JobStart job) {
    supervisor.offer(job);
  }

  /** Asks it to end in good order. */
  void stop() {
    supervisor.stop(StopCause.of(StopReason.NOT_NEEDED));
  }

  void kill() {
    supervisor.kill(StopCause.of(StopReason.FORCED));
  }

  /** Sends the process a signal, such as {@code TERM}. */
  void signal(String name) throws InterruptedException {
    wire();
    ProcessSession current = session;
    if (current != null) {
      current.signal(name);
    }
  }

  String id() throws InterruptedException {
    return wire().id();
  }

  /** What is left of it, itself included while it lives. */
  List<ProcessEntry> left() {
    Wire open = wire;
    return open == null ? List.of() : table.leftovers(open.pid(), startTicks, open.id());
  }

  /** How it ended; null while it lives. */
  ChildNews.@Nullable Ended ended() {
    lock.lock();
    try {
      return news.stream()
          .flatMap(n -> n instanceof ChildNews.Ended e ? Stream.of(e) : null)
          .findFirst()
          .orElse(null);
    } finally {
      lock.unlock();
    }
  }

  /** Waits for its end; null when it does not come. */
  ChildNews.@Nullable Ended end() throws InterruptedException {
    // Longer than any limit of its supervisor, which ends it then.
    await(() -> ended() != null, ample.multipliedBy(2));
    return ended();
  }

  /** Waits until nothing of it is left, by force if it must be; what was left all the same. */
  List<Long> clear() throws InterruptedException {
    if (ended() == null) {
      kill();
    }
    boolean cleared = await(() -> has(ChildNews.Cleared.class), CLEARING);
    List<Long> left = left().stream().map(ProcessEntry::pid).toList();
    ProcessSession open = session;
    if (open != null && (!cleared || !left.isEmpty())) {
      open.kill();
      open.end(0);
    }
    return left;
  }

  boolean await(BooleanSupplier condition) throws InterruptedException {
    return await(condition, ample);
  }

  boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
    long deadline = time.deadline(limit);
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        long left = deadline - time.nanos();
        if (left <= 0) {
          return false;
        }
        // Some conditions are of the system's making, and nobody tells of them.
        var _ = changed.awaitNanos(Math.min(left, LOOK.toNanos()));
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
