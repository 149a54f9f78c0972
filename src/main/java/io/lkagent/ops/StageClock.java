package io.lkagent.ops;

import io.lkagent.ops.DispatchResult.Stage;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** When each stage of one dispatch was reached, since its beginning. */
final class StageClock {
  private final Time time;
  private final long started;
  private final Map<Stage, Duration> stages = new EnumMap<>(Stage.class);

  StageClock(Time time) {
    this.time = time;
    this.started = time.nanos();
  }

  Duration now() {
    return Duration.ofNanos(time.nanos() - started);
  }

  /** Marks a stage, unless it was reached before. */
  void reached(Stage stage) {
    stages.putIfAbsent(stage, now());
  }

  void reached(Stage stage, Duration at) {
    stages.put(stage, at);
  }

  Map<Stage, Duration> stages() {
    return stages;
  }
}
