package io.lkagent.http;

/** Who knows the worker's health. */
@FunctionalInterface
public interface HealthSource {
  /** The health now; answers at once, even when the worker's loops stand still. */
  Health current();
}
