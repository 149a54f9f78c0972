package io.lkagent.metrics;

/** Metrics as they go over the wire. */
public record Exposition(String contentType, String body) {}
