/**
 * What the runtimes' own instruments say about a start: Python's import times, a JVM's log, the
 * times of Node's modules. Start from {@link io.lkagent.probe.inside.Instrument}; {@link
 * io.lkagent.probe.inside.InsideText} and {@link io.lkagent.probe.inside.InsideJson} show what came
 * of it.
 */
@NullMarked
package io.lkagent.probe.inside;

import org.jspecify.annotations.NullMarked;
