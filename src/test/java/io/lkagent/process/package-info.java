/** Real processes: what they inherit and what is left of them. */
@NullMarked
package io.lkagent.process;

import org.jspecify.annotations.NullMarked;
