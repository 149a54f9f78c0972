package io.lkagent.supervise;

import io.lkagent.ipc.JobStart;
import java.io.InputStream;
import java.util.List;

/** Takes what a child writes to its stdout and stderr. */
public interface OutputSink {
  /** Reads {@code output} until it ends; called on a thread of its own. */
  void drain(long pid, InputStream output);

  /** The newest lines, oldest first, for the report of a failure. */
  List<String> lastLines();

  /** Reports what is held back; called now and then. */
  default void tick() {}

  /** The child took this job: its lines are tagged with it from now on. */
  void tag(JobStart job);
}
