/**
 * What Prometheus reads from the worker. Start from {@link io.lkagent.metrics.WorkerMetrics}, whose
 * methods are named after what happened.
 */
@NullMarked
package io.lkagent.metrics;

import org.jspecify.annotations.NullMarked;
