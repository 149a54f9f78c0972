package io.lkagent.pool;

import static io.lkagent.testing.Eventually.eventually;

import io.lkagent.ipc.JobStart;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.supervise.OomWatch;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.supervise.Supervisor;
import io.lkagent.testing.CollectedOutput;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A pool of shell agents that remembers what it heard. */
final class ShellPool implements AutoCloseable, PoolListener {
  static final Duration SOON = Duration.ofSeconds(10);

  final List<ChildNews> news = new CopyOnWriteArrayList<>();
  final Map<String, Long> running = new ConcurrentHashMap<>();
  final Map<String, StopCause> failed = new ConcurrentHashMap<>();
  final Pool pool;
  volatile boolean empty;
  private final ChildSpawner spawner;

  ShellPool(PoolSettings settings, ProcessSpec spec, ChildSettings child, Time time) {
    this(settings, spec, child, time, new ChildSpawner(time));
  }

  private ShellPool(
      PoolSettings settings,
      ProcessSpec spec,
      ChildSettings child,
      Time time,
      ChildSpawner spawner) {
    this(settings, spec, child, time, spawner, spawner);
  }

  ShellPool(
      PoolSettings settings,
      ProcessSpec spec,
      ChildSettings child,
      Time time,
      ChildSpawner spawner,
      ProcessStarter starter) {
    this.spawner = spawner;
    Pool.ChildFactory factory =
        (number, heard) ->
            new Supervisor(
                "child-" + number,
                spec,
                child,
                starter,
                OomWatch.none(),
                new CollectedOutput(),
                time,
                heard);
    this.pool = new Pool(settings, factory, this, time).start();
  }

  static PoolSettings settings(int idle, int maxInitialising) {
    return new PoolSettings(idle, 100, maxInitialising, 3, Duration.ofSeconds(15));
  }

  @Override
  public void childSaid(int number, Supervisor child, ChildNews said) {
    news.add(said);
    if (said instanceof ChildNews.JobRunning(JobStart job)) {
      running.put(job.jobId(), child.pid());
    }
  }

  @Override
  public void jobFailed(JobStart job, StopCause cause) {
    failed.put(job.jobId(), cause);
  }

  @Override
  public void poolChanged() {}

  @Override
  public void poolEmpty() {
    empty = true;
  }

  void awaitIdle(int count) {
    eventually(
        Duration.ofSeconds(30),
        () -> "not idle: " + pool.state() + news,
        () -> pool.state().count(PoolState.Slot.IDLE) == count);
  }

  long awaitRunning(String jobId) {
    eventually(SOON, () -> "not running: " + pool.state() + news, () -> running.containsKey(jobId));
    return running.getOrDefault(jobId, 0L);
  }

  /** The children's, the oldest first. */
  List<Long> pids() {
    return new TreeMap<>(pool.children()).values().stream().map(Supervisor::pid).toList();
  }

  /** Why a job failed. */
  String cause(String jobId) {
    StopCause cause = failed.get(jobId);
    return cause == null ? "it did not fail" : cause.words();
  }

  @Override
  public void close() {
    pool.close();
    pool.kill(StopCause.of(StopReason.FORCED));
    pool.end();
    try {
      eventually(SOON, () -> "left: " + pool.state(), () -> empty && pool.children().isEmpty());
    } finally {
      spawner.close();
    }
  }
}
