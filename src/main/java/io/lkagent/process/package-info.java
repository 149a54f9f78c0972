/**
 * Operating system processes: starting, ending and measuring them. Start from {@link
 * io.lkagent.process.OsProcess} and {@link io.lkagent.process.ProcessSpec}.
 */
@NullMarked
package io.lkagent.process;

import org.jspecify.annotations.NullMarked;
