/**
 * How commands on a host find its workers and talk to them: an entry in the runtime folder, a Unix
 * socket in it. Start from {@link io.lkagent.control.RuntimeEntry} (a worker's side) and {@link
 * io.lkagent.control.RunningWorker} (a command's).
 */
@NullMarked
package io.lkagent.control;

import org.jspecify.annotations.NullMarked;
