package io.lkagent.worker;

import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.pool.Pool;
import io.lkagent.pool.PoolState;
import io.lkagent.process.CpuLoad;
import io.lkagent.process.MemoryLoad;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import io.lkagent.worker.WorkerSettings.LoadSource;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Reads the machine's and the processes' figures, on one thread for all of them: load and the
 * kernel's kills every second, the processes' memory where it may have changed.
 */
final class Gauges implements AutoCloseable {
  private static final Duration TURN = Duration.ofSeconds(1);

  /** Turns over (or under) the threshold before the worker counts as overloaded (or not). */
  private static final int SUSTAINED = 5;

  private final WorkerSettings settings;
  private final Pool pool;
  private final OomDetector oom;
  private final Consumer<WorkerEvent> events;
  private final WorkerMetrics metrics;
  private final Time time;
  private final CpuLoad cpu;
  private final MemoryLoad machineMemory = new MemoryLoad();
  private final MemoryReader memory;
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
    this.memory = new MemoryReader(() -> pool.children().values(), metrics, time);
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
      memory.turn(turn);
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
          case MEMORY -> machineMemory.current();
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

  @Override
  public void close() {
    closed = true;
  }
}
