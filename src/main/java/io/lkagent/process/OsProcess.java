package io.lkagent.process;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/**
 * A running job process, whoever forked it: the worker itself, or a helper process that reports its
 * children's pids and wait statuses.
 */
public interface OsProcess {
  long pid();

  /** The id in its environment ({@link #ID_VARIABLE}), by which its descendants are found. */
  String id();

  /** What it writes to the job protocol's channel. */
  InputStream fromChild();

  /** What it reads from the job protocol's channel. */
  OutputStream toChild();

  /** Its stdout and stderr. */
  InputStream output();

  /**
   * Whether reading its streams holds the carrier of a virtual thread all the while, as pipes do.
   */
  default boolean holdsCarriers() {
    return true;
  }

  /**
   * Runs {@code then}, which must not block, once: soon after there is output to read, at the
   * latest before {@link #exit} completes. Until then nobody may read it. Where waiting for it
   * costs nothing, at once.
   */
  default void whenPrinted(Runnable then) {
    then.run();
  }

  /**
   * How it ended; completes once, when the system has reported it. A pipe's end says nothing: a
   * grandchild may hold it.
   */
  CompletableFuture<ExitStatus> exit();

  /** SIGKILL to the process itself; nothing happens when it is gone. */
  void kill();

  /** SIGTERM, then after {@code graceMillis} SIGKILL, to whatever is left of its session. */
  void endSession(long graceMillis);

  /** The environment variable that marks a job process and all its descendants. */
  String ID_VARIABLE = "LKAGENT_CHILD_ID";
}
