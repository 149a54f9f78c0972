/**
 * The job protocol between a worker and a job process: {@link io.lkagent.ipc.FromChild} and {@link
 * io.lkagent.ipc.ToChild} are its messages, {@link io.lkagent.ipc.FrameReader} and {@link
 * io.lkagent.ipc.FrameWriter} its framing. Specified in {@code src/docs/JOB-PROTOCOL.md}.
 */
@NullMarked
package io.lkagent.ipc;

import org.jspecify.annotations.NullMarked;
