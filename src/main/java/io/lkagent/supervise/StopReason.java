package io.lkagent.supervise;

import java.util.Locale;

/** Why a job process ended; declared from vague to specific, and the later one wins. */
public enum StopReason {
  /** Its channel ended while it lived; usually the exit follows and says more. */
  CHANNEL_CLOSED,
  /** It ended without being asked. */
  CRASHED,
  /** The worker ends and the process had no job. */
  NOT_NEEDED,
  /** The worker was told twice to stop. */
  FORCED,
  /** The worker drained: the job had its grace period. */
  DRAINED,
  /** The room is gone. */
  ROOM_CLOSED,
  /** The server ended the job. */
  TERMINATED,
  /** No human in the room for too long. */
  IDLE_TIMEOUT,
  /** The agent said that the job is done. */
  JOB_DONE,
  /** The agent said that the job failed. */
  JOB_FAILED,
  /** It did not say running within the time. */
  START_TIMEOUT,
  /** It broke the job protocol. */
  PROTOCOL_ERROR,
  /** It did not answer pings. */
  UNRESPONSIVE,
  /** It passed the hard memory limit. */
  MEMORY_LIMIT,
  /** The kernel killed it for memory. */
  OOM,
  /** It was not ready within the time. */
  INIT_TIMEOUT,
  /** It said that its initialisation failed, or ended during it. */
  INIT_FAILED,
  /** The system would not start it. */
  SPAWN_FAILED;

  /** As logs, metrics and JSON show it: {@code init-timeout}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** True when the process failed, as opposed to having been asked to end. */
  public boolean failure() {
    return switch (this) {
      case NOT_NEEDED,
          FORCED,
          DRAINED,
          ROOM_CLOSED,
          TERMINATED,
          IDLE_TIMEOUT,
          JOB_DONE,
          JOB_FAILED ->
          false;
      case CHANNEL_CLOSED,
          CRASHED,
          START_TIMEOUT,
          PROTOCOL_ERROR,
          UNRESPONSIVE,
          MEMORY_LIMIT,
          OOM,
          INIT_TIMEOUT,
          INIT_FAILED,
          SPAWN_FAILED ->
          true;
    };
  }
}
