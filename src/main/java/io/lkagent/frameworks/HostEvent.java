package io.lkagent.frameworks;

/** Something that happens to an app's host; {@code generation} counts the host's processes. */
sealed interface HostEvent {
  /** Time has passed. */
  record Tick() implements HostEvent {}

  /** The system would not start it. */
  record SpawnFailed(int generation, String error) implements HostEvent {}

  /** It said something. */
  record Said(int generation, FromHost message) implements HostEvent {}

  /** Its channel has ended; usually its exit follows, and says more. */
  record ChannelClosed(int generation) implements HostEvent {}

  /** It wrote what is not the protocol. */
  record Broke(int generation, String detail) implements HostEvent {}

  /**
   * It ended, and nothing is left of its session.
   *
   * @param how its exit and its last words
   */
  record Exited(int generation, String how) implements HostEvent {}

  /** Somebody wants a job process or an answer. */
  record Asked(Wanted wanted) implements HostEvent {}

  /** The worker ends. */
  record CloseAsked() implements HostEvent {}
}
