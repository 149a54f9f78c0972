package io.lkagent.supervise;

import io.lkagent.ipc.ToChild;

/** Something that a child's lifecycle wants done. */
public sealed interface ChildAction {
  /** Send it a message. */
  record Send(ToChild message) implements ChildAction {}

  /** Send it SIGKILL; the cause was recorded before. */
  record Kill(StopCause cause) implements ChildAction {}

  /** End what is left of its session, then say so. */
  record EndSession() implements ChildAction {}

  /** Tell the pool and the worker. */
  record Tell(ChildNews news) implements ChildAction {}

  /** An event came that should be impossible here: say it loudly. */
  record Complain(ChildState state, ChildEvent event) implements ChildAction {}
}
