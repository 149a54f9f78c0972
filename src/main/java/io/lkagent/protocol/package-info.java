/**
 * The worker's side of LiveKit's agent WebSocket, and how a LiveKit server is reached at all.
 *
 * <p>Start from {@link io.lkagent.protocol.WorkerConnection}: it sends {@link
 * io.lkagent.protocol.WorkerSignal}s and hands on {@link io.lkagent.protocol.ServerSignal}s. {@link
 * io.lkagent.protocol.Endpoint} says where the server is, through which proxy, trusted by which
 * certificates. LiveKit's protobuf classes stay inside.
 */
@NullMarked
package io.lkagent.protocol;

import org.jspecify.annotations.NullMarked;
