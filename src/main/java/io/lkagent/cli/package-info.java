/**
 * The command line: one class per command, one model of options behind flags, environment, {@code
 * lkagent.yaml} and help. Start from {@link io.lkagent.cli.Cli}, which runs everything in memory
 * too, then {@link io.lkagent.cli.WorkerConfigs} for where a worker's settings come from.
 */
@NullMarked
package io.lkagent.cli;

import org.jspecify.annotations.NullMarked;
