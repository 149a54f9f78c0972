package io.lkagent.log;

/** How much an event matters, from least to most. */
public enum Level {
  DEBUG,
  INFO,
  WARN,
  ERROR
}
