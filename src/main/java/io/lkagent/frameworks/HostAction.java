package io.lkagent.frameworks;

/** Something that a host's lifecycle wants done. */
sealed interface HostAction {
  /** Start a host process. */
  record Spawn(int generation) implements HostAction {}

  /** Tell the host what is wanted. */
  record Pass(Wanted wanted) implements HostAction {}

  /** Ask for a sign of life. */
  record Ping(long t) implements HostAction {}

  /** SIGKILL it. */
  record Kill(String why) implements HostAction {}

  /** Let it end by itself. */
  record Quit() implements HostAction {}

  /** The app is described. */
  record Describe(AppDescription description) implements HostAction {}

  /** The host could not be started, or the app not loaded. */
  record Report(AppFault fault) implements HostAction {}

  /** A host that served is gone. */
  record Mourn(String how) implements HostAction {}

  /** What was wanted is there: the job process with this id. */
  record Hand(String id) implements HostAction {}

  /** What was wanted is there: the answer. */
  record Reply(String id, Answer answer) implements HostAction {}

  /** What was wanted will not come. */
  record Refuse(Wanted wanted, String why) implements HostAction {}

  /** A job process came that nobody waits for any more, or that goes to a second try. */
  record Disown(String id) implements HostAction {}
}
