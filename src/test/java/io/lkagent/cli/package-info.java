/** The command line, run in memory: exit code, stdout and stderr together. */
@NullMarked
package io.lkagent.cli;

import org.jspecify.annotations.NullMarked;
