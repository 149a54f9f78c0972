/**
 * Faults made on purpose between a supervisor and an agent, on either side: the conformance test of
 * the job protocol. Start from {@link io.lkagent.probe.faults.Faults}, which lists them; {@link
 * io.lkagent.probe.faults.FaultSeries} makes them.
 */
@NullMarked
package io.lkagent.probe.faults;

import org.jspecify.annotations.NullMarked;
