package io.lkagent.supervise;

import io.lkagent.ipc.JobStart;
import io.lkagent.process.ExitStatus;
import org.jspecify.annotations.Nullable;

/** Where a child is in its life. Times are monotonic nanoseconds. */
public sealed interface ChildState {
  /** A state in which the child is ready and answers for itself. */
  sealed interface Serving extends ChildState {
    Vitals vitals();

    /** The job that this child holds, or null. */
    @Nullable JobStart job();

    /** True once the child said running. */
    boolean ran();

    Serving with(Vitals vitals);
  }

  /** The system was asked for a process; {@code cancelled} when it is to end as soon as it is. */
  record Spawning(long since, long deadline, @Nullable StopCause cancelled) implements ChildState {}

  /**
   * The process runs and is not ready.
   *
   * @param greeted it said hello
   * @param phase the newest component that it reported, empty before the first
   * @param nextPingAt when the next ping is due; no pings before hello
   */
  record Starting(long since, long deadline, boolean greeted, String phase, long nextPingAt)
      implements ChildState {}

  /** Ready, and without a job. */
  record Idle(Vitals vitals) implements Serving {
    @Override
    public @Nullable JobStart job() {
      return null;
    }

    @Override
    public boolean ran() {
      return false;
    }

    @Override
    public Idle with(Vitals changed) {
      return new Idle(changed);
    }
  }

  /** Sent a job behind the ping numbered {@code token}, and has answered neither. */
  record Checking(Vitals vitals, JobStart job, long token, long deadline) implements Serving {
    @Override
    public boolean ran() {
      return false;
    }

    @Override
    public Checking with(Vitals changed) {
      return new Checking(changed, job, token, deadline);
    }
  }

  /** It has read the job's ping, and not said running. */
  record Assigned(Vitals vitals, JobStart job, long deadline) implements Serving {
    @Override
    public boolean ran() {
      return false;
    }

    @Override
    public Assigned with(Vitals changed) {
      return new Assigned(changed, job, deadline);
    }
  }

  /** The entry point runs. */
  record Running(Vitals vitals, JobStart job, long since) implements Serving {
    @Override
    public boolean ran() {
      return true;
    }

    @Override
    public Running with(Vitals changed) {
      return new Running(changed, job, since);
    }
  }

  /** The agent is done and stays in its room until the worker has told the server. */
  record Finishing(Vitals vitals, JobStart job, StopCause cause, long deadline) implements Serving {
    @Override
    public boolean ran() {
      return true;
    }

    @Override
    public Finishing with(Vitals changed) {
      return new Finishing(changed, job, cause, deadline);
    }
  }

  /** Asked to end, or expected to. */
  record Stopping(StopCause cause, @Nullable JobStart job, boolean ran, long deadline)
      implements ChildState {}

  /** Sent SIGKILL; {@code deadline} is when that is said to have failed, and tried again. */
  record Killing(StopCause cause, @Nullable JobStart job, boolean ran, long deadline)
      implements ChildState {}

  /** The process is gone; what is left of its session is being ended. */
  record Reaping(StopCause cause, @Nullable ExitStatus exit) implements ChildState {}

  /** Nothing is left. */
  record Gone(StopCause cause, @Nullable ExitStatus exit) implements ChildState {}
}
