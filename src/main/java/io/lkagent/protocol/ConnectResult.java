package io.lkagent.protocol;

/** What came of an attempt to register. */
public sealed interface ConnectResult {
  /** The worker is registered. */
  record Connected(WorkerConnection connection, ServerSignal.Registered registered)
      implements ConnectResult {}

  /** It is not, and nothing of the attempt is left behind. */
  record Failed(ConnectFailure failure) implements ConnectResult {}
}
