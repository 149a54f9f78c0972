/**
 * The worker's HTTP side for kubelets, Prometheus and people: health, metrics, the worker's state.
 * Start from {@link io.lkagent.http.OpsServer} and {@link io.lkagent.http.Health}.
 */
@NullMarked
package io.lkagent.http;

import org.jspecify.annotations.NullMarked;
