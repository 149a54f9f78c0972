/**
 * How things start, run and end: {@link io.lkagent.lifecycle.StateLoop} owns a state machine,
 * {@link io.lkagent.lifecycle.CloseStack} closes in reverse order, {@link
 * io.lkagent.lifecycle.Signals} hears what the system asks.
 */
@NullMarked
package io.lkagent.lifecycle;

import org.jspecify.annotations.NullMarked;
