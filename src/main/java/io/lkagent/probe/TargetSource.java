package io.lkagent.probe;

import io.lkagent.process.ProcessSpec;
import java.util.function.UnaryOperator;

/** Opens the agent to probe: as it is, or with its processes started in another way. */
@FunctionalInterface
public interface TargetSource {
  /**
   * Opens it; a framework's app is loaded anew.
   *
   * @param change what is changed in every process that the system is asked for, an app's host
   *     included: more environment, a command in front
   * @throws ProbeFault when the agent cannot be started at all
   */
  ProbeTarget open(UnaryOperator<ProcessSpec> change) throws ProbeFault;
}
