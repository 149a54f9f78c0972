/**
 * The client side of WebSockets, as small as a job process wants it: dial, TLS, upgrade, frames.
 *
 * <p>Start from {@link io.lkagent.websocket.Upgrade}, which makes a {@link
 * io.lkagent.websocket.WebSocket} of a connection; {@link io.lkagent.websocket.Messages} reads it
 * and {@link io.lkagent.websocket.Outbox} writes it. The worker speaks to its server through these,
 * and agents to the rooms of a dev server; each of the latter has a JVM of its own, so there are no
 * lambdas, formats or regular expressions here, and no class that is loaded before it is needed.
 */
@NullMarked
package io.lkagent.websocket;

import org.jspecify.annotations.NullMarked;
