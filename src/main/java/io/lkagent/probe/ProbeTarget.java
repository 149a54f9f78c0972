package io.lkagent.probe;

import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.supervise.ChildSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is probed: an agent's process as a worker would start it.
 *
 * @param words the agent, for people
 * @param load how its app was loaded; null for an agent that is no framework's app
 * @param hostPid the process id of an app's host; 0 without one
 * @param closing ends what was opened for it, such as an app's host
 */
public record ProbeTarget(
    String words,
    Family family,
    ProcessSpec spec,
    ProcessStarter starter,
    ChildSettings settings,
    @Nullable AppLoad load,
    long hostPid,
    Runnable closing)
    implements AutoCloseable {
  /** Without an app's host. */
  public ProbeTarget(
      String words,
      Family family,
      ProcessSpec spec,
      ProcessStarter starter,
      ChildSettings settings,
      @Nullable AppLoad load,
      Runnable closing) {
    this(words, family, spec, starter, settings, load, 0, closing);
  }

  /** An app's host, from which its processes may be forked. */
  Optional<Long> host() {
    return hostPid == 0 ? Optional.empty() : Optional.of(hostPid);
  }

  @Override
  public void close() {
    closing.run();
  }
}
