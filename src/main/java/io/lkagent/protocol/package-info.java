/**
 * LiveKit's worker protocol. {@link io.lkagent.protocol.ServerSignal} and {@link
 * io.lkagent.protocol.WorkerSignal} are its messages.
 */
@NullMarked
package io.lkagent.protocol;

import org.jspecify.annotations.NullMarked;
