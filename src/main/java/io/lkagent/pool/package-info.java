/**
 * Warm processes and the jobs that wait for one: {@link io.lkagent.pool.PoolLogic} decides, {@link
 * io.lkagent.pool.Pool} owns the children and carries it out.
 *
 * <p>Ownership: the pool's one loop owns {@link io.lkagent.pool.PoolState}; each child is owned by
 * its own supervisor, which reports here. Neither waits for the other.
 */
@NullMarked
package io.lkagent.pool;

import org.jspecify.annotations.NullMarked;
