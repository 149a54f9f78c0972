/** Findings, advice and the cutting of starts, on figures that were made up. */
@NullMarked
package io.lkagent.probe.advice;

import org.jspecify.annotations.NullMarked;
