package io.lkagent.pool;

import io.lkagent.ipc.JobStart;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.StateLoop;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The owner of all job processes of a worker: some warm, the others each with its one job. */
public final class Pool {
  /** Makes the supervisor of a new child, not yet started. */
  @FunctionalInterface
  public interface ChildFactory {
    Supervisor create(int number, Consumer<ChildNews> news);
  }

  private final ChildFactory factory;
  private final PoolListener listener;
  private final Map<Integer, Supervisor> children = new ConcurrentHashMap<>();
  private final StateLoop<PoolState, PoolEvent, PoolAction> loop;
  private volatile boolean ended;
  private volatile @Nullable StopCause killed;

  public Pool(PoolSettings settings, ChildFactory factory, PoolListener listener, Time time) {
    this.factory = factory;
    this.listener = listener;
    PoolLogic logic = new PoolLogic(settings, RandomGenerator.getDefault());
    this.loop = new StateLoop<>("pool", time, PoolState.empty(time.nanos()), new Owner(logic));
  }

  /** Starts to fill up. */
  public Pool start() {
    loop.start();
    loop.send(new PoolEvent.Tick());
    return this;
  }

  /** Asks for a process for this job; the child's news or {@link PoolListener#jobFailed} answer. */
  public void place(JobStart job) {
    loop.sendNow(new PoolEvent.Wanted(job));
  }

  /** Takes back a job that still waits. */
  public void cancel(String jobId) {
    loop.send(new PoolEvent.Cancelled(jobId));
  }

  /** Tells how busy the machine is. */
  public void machineBusy(boolean busy) {
    if (loop.state().machineBusy() != busy) {
      loop.send(new PoolEvent.MachineBusy(busy));
    }
  }

  /** Ends the idle processes and keeps none from now on; jobs still get theirs. */
  public void close() {
    loop.send(new PoolEvent.Closed());
  }

  /** Ends every process at once, and any that was just about to start. */
  public void kill(StopCause cause) {
    killed = cause;
    children.values().forEach(child -> child.kill(cause));
  }

  /** Ends every process in good order. */
  public void stop(StopCause cause) {
    children.values().forEach(child -> child.stop(cause));
  }

  /** The newest state, for reading only. */
  public PoolState state() {
    return loop.state();
  }

  /** The children of which something is left, by number. */
  public Map<Integer, Supervisor> children() {
    return Map.copyOf(children);
  }

  public @Nullable Supervisor child(int number) {
    return children.get(number);
  }

  /** The name of a loop that has stood still for {@code limit}, or null. */
  public @Nullable String standsStill(Duration limit) {
    if (loop.standsStill(limit) || loop.failed().isPresent()) {
      return "pool";
    }
    for (Map.Entry<Integer, Supervisor> child : children.entrySet()) {
      if (child.getValue().standsStill(limit)) {
        return "child-" + child.getKey();
      }
    }
    return null;
  }

  /** The logic's decisions, carried out. */
  private final class Owner implements Machine<PoolState, PoolEvent, PoolAction> {
    private final PoolLogic logic;

    Owner(PoolLogic logic) {
      this.logic = logic;
    }

    @Override
    public Step<PoolState, PoolAction> next(PoolState state, PoolEvent event, long now) {
      return logic.next(state, event, now);
    }

    @Override
    public long wakeAt(PoolState state) {
      return logic.wakeAt(state);
    }

    @Override
    public PoolEvent tick() {
      return new PoolEvent.Tick();
    }

    @Override
    public boolean finished(PoolState state) {
      return state.closing() && state.slots().isEmpty() && state.waiting().isEmpty() && ended;
    }

    @Override
    public void perform(PoolAction action) {
      switch (action) {
        case PoolAction.Start(int number) -> startChild(number);
        case PoolAction.Offer(int number, JobStart job) -> child(number, c -> c.offer(job));
        case PoolAction.Stop(int number, StopCause cause) -> child(number, c -> c.stop(cause));
        case PoolAction.Forget(int number) -> children.remove(number);
        case PoolAction.FailJob(JobStart job, StopCause cause) -> listener.jobFailed(job, cause);
        case PoolAction.Changed changed -> listener.poolChanged();
        case PoolAction.Empty empty -> listener.poolEmpty();
      }
    }
  }

  /** Lets the loop end once nothing is left; for the worker's own end. */
  public void end() {
    ended = true;
    loop.send(new PoolEvent.Closed());
  }

  private void startChild(int number) {
    AtomicReference<@Nullable Supervisor> self = new AtomicReference<>();
    Supervisor child =
        factory.create(
            number,
            news -> {
              loop.send(new PoolEvent.ChildSaid(number, news));
              Supervisor said = self.get();
              if (said != null) {
                listener.childSaid(number, said, news);
              }
            });
    self.set(child);
    children.put(number, child);
    child.start();
    StopCause kill = killed;
    if (kill != null) {
      child.kill(kill);
    }
  }

  private void child(int number, Consumer<Supervisor> what) {
    Supervisor child = children.get(number);
    if (child != null) {
      what.accept(child);
    }
  }
}
