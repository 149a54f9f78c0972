package io.lkagent.probe.faults;

import io.lkagent.probe.FaultResult;
import io.lkagent.probe.ProbeFault;
import io.lkagent.probe.ProbeResult;
import io.lkagent.probe.ProbeTarget;
import io.lkagent.probe.TargetSource;
import io.lkagent.process.ChildSpawner;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/** Makes faults, some at once, each on processes of its own. */
public final class FaultSeries {
  /** Most of a fault's time is waiting. */
  private static final int AT_ONCE = 4;

  private final TargetSource source;
  private final List<Fault> faults;
  private final Time time;
  private final Set<Trial> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  public FaultSeries(TargetSource source, List<Fault> faults, Time time) {
    this.source = source;
    this.faults = List.copyOf(faults);
    this.time = time;
  }

  /**
   * What a probe found out, and how the agent bore the faults. They are timed by the starts that
   * succeeded; without any, none is made, and after a stop not even the agent is opened.
   */
  public ProbeResult into(ProbeResult result) throws ProbeFault, InterruptedException {
    if (stopped) {
      return result;
    }
    OptionalLong ready =
        result.runs().stream()
            .filter(run -> run.outcome().ready())
            .mapToLong(run -> run.times().ready())
            .max();
    if (faults.isEmpty() || ready.isEmpty()) {
      return result.withFaults(faults.stream().map(FaultSeries::notMade).toList());
    }
    return result.withFaults(run(Pace.of(Duration.ofNanos(ready.getAsLong()))));
  }

  private static FaultResult notMade(Fault fault) {
    String why = "not made: the agent never became ready";
    return new FaultResult(fault.name(), fault.expected(), why, "", false, 0);
  }

  /**
   * Makes them all.
   *
   * @param pace how long the agent may take
   * @return how each was borne, in the order of the faults
   */
  List<FaultResult> run(Pace pace) throws ProbeFault, InterruptedException {
    try (ProbeTarget target = source.open(UnaryOperator.identity());
        ChildSpawner standIns = new ChildSpawner(time);
        ExecutorService threads =
            Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
      List<Future<FaultResult>> all = new ArrayList<>();
      for (Fault fault : faults) {
        all.add(threads.submit(() -> make(fault, new Trial(target, standIns, pace, time))));
      }
      List<FaultResult> results = new ArrayList<>();
      for (Future<FaultResult> each : all) {
        results.add(each.get());
      }
      return stopped ? List.of() : results;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a fault was not watched to its end", e.getCause());
    }
  }

  /** Ends it early: what runs is killed, and no fault follows. */
  public void stop() {
    stopped = true;
    underWay.forEach(Trial::abort);
  }

  private FaultResult make(Fault fault, Trial trial) throws InterruptedException {
    long since = time.nanos();
    underWay.add(trial);
    try {
      Seen seen = stopped ? Seen.bad("not made", "") : trial.clear(play(fault, trial));
      return new FaultResult(
          fault.name(),
          fault.expected(),
          seen.words(),
          seen.reason(),
          seen.passed(),
          time.nanos() - since);
    } finally {
      trial.abort(); // for a scenario that failed: one that was played to its end left nothing
      underWay.remove(trial);
    }
  }

  private static Seen play(Fault fault, Trial trial) throws InterruptedException {
    try {
      return fault.scenario().play(trial);
    } catch (IllegalStateException e) {
      return Seen.bad(String.valueOf(e.getMessage()), "");
    }
  }
}
