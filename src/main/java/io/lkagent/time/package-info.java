/**
 * Clocks and waiting: the one place that reads the system's clocks or sleeps. Start from {@link
 * io.lkagent.time.Time}.
 */
@NullMarked
package io.lkagent.time;

import org.jspecify.annotations.NullMarked;
