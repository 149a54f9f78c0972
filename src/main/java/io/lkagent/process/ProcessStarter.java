package io.lkagent.process;

/** Starts job processes. */
public interface ProcessStarter {
  /**
   * Starts one process; may block for some milliseconds.
   *
   * @throws SpawnException when the system refuses
   */
  OsProcess start(ProcessSpec spec) throws SpawnException;
}
