/**
 * Plays the worker's init handshake against any agent and says where the time of its start goes.
 * Start from {@link io.lkagent.probe.Probe}; a {@link io.lkagent.probe.ProbeRun} is what one start
 * showed, a {@link io.lkagent.probe.ProbeResult} is all that a probe found out.
 */
@NullMarked
package io.lkagent.probe;

import org.jspecify.annotations.NullMarked;
