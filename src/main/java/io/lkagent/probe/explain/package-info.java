/**
 * What an exit and a process's last words mean, for people. Start from {@link
 * io.lkagent.probe.explain.ExitExplained} and {@link io.lkagent.probe.explain.LastWords}.
 */
@NullMarked
package io.lkagent.probe.explain;

import org.jspecify.annotations.NullMarked;
