package io.lkagent.devserver;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The faults in force; kept through a restart. */
final class FaultState {
  private final Map<String, Integer> repliesToDrop = new ConcurrentHashMap<>();
  private volatile Duration answerDelay = Duration.ZERO;
  private volatile Duration workerDelay = Duration.ZERO;
  private volatile boolean refusing;

  Duration answerDelay() {
    return answerDelay;
  }

  Duration workerDelay() {
    return workerDelay;
  }

  boolean refusesUpgrades() {
    return refusing;
  }

  /** True when the reply of this call must be dropped; counts it. */
  boolean takeDroppedReply(String method) {
    boolean[] taken = {false};
    repliesToDrop.computeIfPresent(
        method,
        (name, left) -> {
          taken[0] = true;
          @Nullable Integer rest = left > 1 ? left - 1 : null;
          return rest;
        });
    return taken[0];
  }

  void delayAnswers(Duration delay) {
    answerDelay = delay;
  }

  void delayWorkerMessages(Duration delay) {
    workerDelay = delay;
  }

  void dropReplies(String method, int times) {
    if (times > 0) {
      repliesToDrop.put(method, times);
    } else {
      repliesToDrop.remove(method);
    }
  }

  void refuseUpgrades(boolean refuse) {
    refusing = refuse;
  }

  void clear() {
    answerDelay = Duration.ZERO;
    workerDelay = Duration.ZERO;
    refusing = false;
    repliesToDrop.clear();
  }
}
