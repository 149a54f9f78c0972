package io.lkagent.worker;

import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.pool.Pool;
import io.lkagent.pool.PoolState;
import io.lkagent.process.CpuLoad;
import io.lkagent.process.MemoryLoad;
import io.lkagent.process.ProcessMemory;
import io.lkagent.process.ProcessTable;
import io.lkagent.supervise.ChildState;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import io.lkagent.worker.WorkerSettings.LoadSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Reads the machine's and the processes' figures, on one thread for all of them: the load every and
 * the kernel's kills every second, the memory of processes with a job every 5 s and of idle ones
 * once a minute.
 */
final class Gauges implements AutoCloseable {
  private static final Duration TURN = Duration.ofSeconds(1);
  private static final int MEMORY_TURNS = 5;
  private static final int IDLE_MEMORY_TURNS = 60;

  /** Turns over (or under) the threshold before the worker counts as overloaded (or not). */
  private static final int SUSTAINED = 5;

  private final WorkerSettings settings;
  private final Pool pool;
  private final OomDetector oom;
  private final Consumer<WorkerEvent> events;
  private final WorkerMetrics metrics;
  private final Time time;
  private final CpuLoad cpu;
  private final MemoryLoad memory = new MemoryLoad();
  private final ProcessMemory processMemory = new ProcessMemory();
  private final ProcessTable table = new ProcessTable();
  private final Map<Long, Long> baselines = new HashMap<>();
  private volatile boolean closed;
  private int over;
  private boolean overloaded;

  Gauges(
      WorkerSettings settings,
      Pool pool,
      OomDetector oom,
      Consumer<WorkerEvent> events,
      WorkerMetrics metrics,
      Time time) {
    this.settings = settings;
    this.pool = pool;
    this.oom = oom;
    this.events = events;
    this.metrics = metrics;
    this.time = time;
    this.cpu = new CpuLoad(time);
    metrics.capacity(settings.pool().maxJobs());
  }

  Gauges start() {
    Thread.ofVirtual().name("gauges").start(this::run);
    return this;
  }

  private void run() {
    for (long turn = 0; !closed; turn++) {
      load();
      oom.look();
      count();
      memory(turn);
      time.sleep(TURN);
    }
  }

  private void load() {
    OptionalDouble busy = cpu.sample();
    int running = pool.state().count(PoolState.Slot.BUSY);
    pool.machineBusy(running > 0 && busy.orElse(0) >= settings.loadThreshold());
    OptionalDouble load =
        switch (settings.loadSource()) {
          case JOBS -> OptionalDouble.empty();
          case CPU -> busy;
          case MEMORY -> memory.current();
        };
    if (settings.loadSource() != LoadSource.JOBS && load.isPresent()) {
      sustained(load.getAsDouble() >= settings.loadThreshold());
      events.accept(new WorkerEvent.LoadRead((float) load.getAsDouble(), overloaded));
    }
  }

  private void sustained(boolean high) {
    over = Math.clamp(over + (high ? 1 : -1), 0, SUSTAINED);
    overloaded = over == SUSTAINED || (overloaded && over > 0);
  }

  private void count() {
    PoolState state = pool.state();
    metrics.processes(
        state.count(PoolState.Slot.BUSY),
        state.count(PoolState.Slot.IDLE),
        state.count(PoolState.Slot.INITIALISING));
    metrics.jobsWaiting(state.waiting().size());
    pool.children().values().forEach(Supervisor::tickOutput);
  }

  private void memory(long turn) {
    List<Long> all = new ArrayList<>();
    List<Long> grown = new ArrayList<>();
    pool.children()
        .forEach((number, child) -> {
          boolean job = child.state() instanceof ChildState.Running;
          boolean idle = child.state() instanceof ChildState.Idle;
          boolean first = (job || idle) && !baselines.containsKey(child.pid());
          boolean due = turn % (job ? MEMORY_TURNS : IDLE_MEMORY_TURNS) == 0 && (job || idle);
          if (first || due) {
            read(child, job, all, grown);
          }
        });
    baselines.keySet().retainAll(pool.children().values().stream().map(Supervisor::pid).toList());
    if (!all.isEmpty()) {
      metrics.memoryMeasured(all, grown);
    }
  }

  private void read(Supervisor child, boolean job, List<Long> all, List<Long> grown) {
    OptionalLong started = table.startTicks(child.pid());
    OptionalLong pss =
        started.isPresent()
            ? processMemory.pss(child.pid(), started.getAsLong())
            : OptionalLong.empty();
    if (pss.isEmpty()) {
      return;
    }
    long bytes = pss.getAsLong();
    Long before = baselines.putIfAbsent(child.pid(), bytes);
    if (before == null) {
      metrics.baselineMeasured(bytes);
    }
    if (job) {
      all.add(bytes);
      grown.add(bytes - (before == null ? bytes : before));
    }
    child.memoryRead(bytes);
  }

  @Override
  public void close() {
    closed = true;
  }
}
