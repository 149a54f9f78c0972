/**
 * What operators do, as use-cases without a command line: they return results, print nothing and
 * end nothing. Start from {@link io.lkagent.ops.Dispatching} and {@link io.lkagent.ops.Survey}.
 */
@NullMarked
package io.lkagent.ops;

import org.jspecify.annotations.NullMarked;
