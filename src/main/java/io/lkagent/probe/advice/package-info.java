/**
 * What follows from the figures of a probe: where a start's time went, what would make it shorter,
 * and which settings fit. Pure functions, of which {@link io.lkagent.probe.advice.Findings} and
 * {@link io.lkagent.probe.advice.Advices} are the whole and {@link
 * io.lkagent.probe.advice.Breakdown} and {@link io.lkagent.probe.advice.Savings} the ground. Each
 * threshold stands, with its reason, in the class that looks at it.
 */
@NullMarked
package io.lkagent.probe.advice;

import org.jspecify.annotations.NullMarked;
