/**
 * An embedded LiveKit control plane without media, for development and tests: start from {@link
 * io.lkagent.devserver.DevServer}.
 *
 * <p>What belongs together: {@code HttpFront} listens and routes; {@code WorkerSession} and {@code
 * JoinSession} speak to one WebSocket each; {@code TwirpService} answers the server API; {@code
 * Rooms}, {@code Workers} and {@code JobLauncher} are the control plane itself.
 *
 * <p>Ownership: one lock, {@code ControlPlane}'s, guards all that is known of rooms, dispatches,
 * participants, workers and jobs. {@code Rooms} and {@code Workers} are called with it held and say
 * so with an assertion; everybody else goes through {@code ControlPlane.owned}. Nothing waits while
 * holding it: what is sent goes into a connection's own bounded queue, which a virtual thread
 * empties, and a job's request to the workers waits on a virtual thread of its own without the
 * lock. There is no second lock to be taken under it, but for those queues' internal ones, which
 * never call back. A restart makes a new {@code ControlPlane}; late callbacks reach the old one,
 * where they change nothing that anybody sees.
 */
@NullMarked
package io.lkagent.devserver;

import org.jspecify.annotations.NullMarked;
