package io.lkagent.probe;

import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.supervise.ChildSettings;
import org.jspecify.annotations.Nullable;

/**
 * What is probed: an agent's process as a worker would start it.
 *
 * @param words the agent, for people
 * @param load how its app was loaded; null for an agent that is no framework's app
 * @param closing ends what was opened for it, such as an app's host
 */
public record ProbeTarget(
    String words,
    Family family,
    ProcessSpec spec,
    ProcessStarter starter,
    ChildSettings settings,
    @Nullable AppLoad load,
    Runnable closing)
    implements AutoCloseable {
  @Override
  public void close() {
    closing.run();
  }
}
