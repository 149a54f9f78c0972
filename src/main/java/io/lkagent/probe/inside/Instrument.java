package io.lkagent.probe.inside;

import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import java.io.IOException;
import java.util.Optional;

/** What looks into one start of a program, by means that its own runtime offers. */
public interface Instrument extends AutoCloseable {
  /** Switches the runtime's instrument on in a process that is to be started. */
  ProcessSpec change(ProcessSpec spec);

  /** Takes note of the agent's own process, forked or started; returns what stands for it. */
  OsProcess watch(OsProcess process);

  /**
   * What was seen, once the start is over.
   *
   * @throws IOException when what the runtime wrote cannot be read
   */
  Inside read() throws IOException;

  /** Removes what was written. */
  @Override
  void close();

  /**
   * The instrument for a kind of runtime; empty when there is none.
   *
   * @throws IOException when there is no place to write to
   */
  static Optional<Instrument> of(Family family) throws IOException {
    return switch (family) {
      case JAVA -> Optional.of(new JvmInstrument(TraceFolder.make()));
      case PYTHON -> Optional.of(new PythonInstrument(TraceFolder.make()));
      case NODE -> Optional.of(new NodeInstrument(TraceFolder.make()));
      case PROGRAM -> Optional.empty();
    };
  }
}
