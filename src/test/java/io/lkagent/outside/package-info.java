/**
 * The real command from outside, as an operator meets it: what {@code /proc}, ports, exit codes and
 * output say. Start from {@link io.lkagent.testing.Lkagent}.
 */
@NullMarked
package io.lkagent.outside;

import org.jspecify.annotations.NullMarked;
