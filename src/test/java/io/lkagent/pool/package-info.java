/** The pool's rules without processes, and the pool with real ones. */
@NullMarked
package io.lkagent.pool;

import org.jspecify.annotations.NullMarked;
