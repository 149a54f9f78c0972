package io.lkagent.probe;

import java.time.Duration;
import java.util.List;

/**
 * The worker's settings that fit what was measured.
 *
 * @param initTimeout for {@code --init-timeout}
 * @param idleProcesses for {@code --idle-processes}
 * @param maxInitializing for {@code --max-initializing}
 * @param reasons a line for each, with its figures
 */
public record Advice(
    Duration initTimeout, int idleProcesses, int maxInitializing, List<String> reasons) {
  public Advice {
    reasons = List.copyOf(reasons);
  }
}
