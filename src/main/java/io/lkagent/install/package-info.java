/**
 * What install.sh runs once on a new machine: the real program at work, so that the JVM can record
 * what its ahead-of-time caches are to hold. Start with {@link io.lkagent.install.Training}.
 */
@NullMarked
package io.lkagent.install;

import org.jspecify.annotations.NullMarked;
