/**
 * One logging pipeline for the worker and its children: {@link io.lkagent.log.Log} writes events,
 * {@link io.lkagent.log.LogPipeline} formats and prints them, one line each, on stderr. {@link
 * io.lkagent.log.ChildOutput} brings the children's lines in, {@link io.lkagent.log.Secrets} knows
 * what must not be shown. One thread writes; the queue before it ({@code LineQueue}) has the only
 * lock, and nobody holds it while writing.
 */
@NullMarked
package io.lkagent.log;

import org.jspecify.annotations.NullMarked;
