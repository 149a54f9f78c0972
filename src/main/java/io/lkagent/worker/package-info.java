/**
 * The worker: takes jobs from a LiveKit server and gives each room a process of its own.
 *
 * <p>Start from {@link io.lkagent.worker.Worker}, which wires the parts, and {@code WorkerLogic},
 * which decides. Ownership: the worker's one loop owns which jobs there are; the pool's loop owns
 * which processes; each child's loop owns that child. They only send each other messages, so there
 * is no lock and no lock order.
 */
@NullMarked
package io.lkagent.worker;

import org.jspecify.annotations.NullMarked;
