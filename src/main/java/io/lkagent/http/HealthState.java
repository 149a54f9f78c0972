package io.lkagent.http;

import java.time.Instant;

/** What the worker is doing, as far as somebody who asks for its health must know. */
public sealed interface HealthState {
  /** Not registered yet. */
  record Starting() implements HealthState {}

  /** Registered, full or not. */
  record Registered() implements HealthState {}

  /** The connection to LiveKit is lost; running calls go on. */
  record Disconnected(Instant since) implements HealthState {}

  /** No process gets ready. */
  record CrashLoop(String cause) implements HealthState {}

  /** Asked to stop; running calls go on. */
  record Draining() implements HealthState {}

  /** One of the worker's own loops does nothing any more, or broke. */
  record StandingStill(String loop) implements HealthState {}

  /** True when a restart could not make it better. */
  default boolean live() {
    return !(this instanceof StandingStill);
  }

  /** True when new jobs can come. */
  default boolean ready() {
    return this instanceof Registered;
  }

  /** What {@code /} says. */
  default boolean healthy() {
    return this instanceof Registered || this instanceof Draining;
  }

  /** One word for a probe's answer. */
  default String word() {
    return switch (this) {
      case Starting() -> "starting";
      case Registered() -> "registered";
      case Disconnected(Instant since) -> "disconnected";
      case CrashLoop(String cause) -> "crash-loop";
      case Draining() -> "draining";
      case StandingStill(String loop) -> "standing-still";
    };
  }

  /** One sentence for people when something is wrong. */
  default String sentence() {
    return switch (this) {
      case Starting() -> "not registered with LiveKit yet";
      case Registered() -> "registered";
      case Disconnected(Instant since) -> "LiveKit disconnected";
      case CrashLoop(String cause) -> "agent processes fail to start: " + cause;
      case Draining() -> "draining: no new jobs";
      case StandingStill(String loop) -> "the worker's " + loop + " stands still";
    };
  }
}
