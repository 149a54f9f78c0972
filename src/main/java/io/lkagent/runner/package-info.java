/**
 * The child's side of the job protocol: the process that runs one agent for one room. {@link
 * io.lkagent.runner.RunnerMain} opens the channel, {@link io.lkagent.runner.JobProcess} owns the
 * process's life from hello to exit.
 *
 * <p>Everything up to {@code ready} is on the path that each room may wait for: no lambdas, pattern
 * switches, string formats or loggers there; their bootstraps cost more than all the work.
 *
 * <p>Threads: {@code protocol} reads the channel and answers pings; the main thread owns the state
 * and takes {@link io.lkagent.runner.Event}s; {@code init}, {@code entry point} and {@code
 * shutdown} run the agent's code; {@code room} runs its handlers; {@code room reader} and {@code
 * room writer} are the connection's. Platform threads where an agent needs none of its own: the
 * first virtual one costs its process 4 MB and 20 ms of CPU.
 */
@NullMarked
package io.lkagent.runner;

import org.jspecify.annotations.NullMarked;
