/**
 * One logging pipeline for the worker and its children: {@link io.lkagent.log.Log} writes events,
 * {@link io.lkagent.log.LogPipeline} formats and prints them, one line each, on stderr.
 */
@NullMarked
package io.lkagent.log;

import org.jspecify.annotations.NullMarked;
