/**
 * The life of one job process: {@link io.lkagent.supervise.ChildLifecycle} says what follows what,
 * {@link io.lkagent.supervise.Supervisor} carries it out on a real process. One thread owns one
 * child; everybody else sends it {@link io.lkagent.supervise.ChildEvent}s and hears {@link
 * io.lkagent.supervise.ChildNews}.
 */
@NullMarked
package io.lkagent.supervise;

import org.jspecify.annotations.NullMarked;
