package io.lkagent.probe;

import io.lkagent.process.ProcessUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one start of an agent's process showed.
 *
 * @param number from 1, over all starts of the probe
 * @param concurrency how many were started at once, this one included
 * @param runtime the hello's word for what it runs on; empty without a hello
 * @param usage what it had used shortly after ready; null when it was not read
 */
public record ProbeRun(
    int number,
    Part part,
    int concurrency,
    String runtime,
    Times times,
    List<Component> components,
    Pings pings,
    @Nullable ProcessUsage usage,
    Outcome outcome) {
  public ProbeRun {
    components = List.copyOf(components);
  }
}
