/** The {@code lkagent} binary: {@link io.lkagent.Main} hands over to {@code io.lkagent.cli}. */
@NullMarked
package io.lkagent;

import org.jspecify.annotations.NullMarked;
