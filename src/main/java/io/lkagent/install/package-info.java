/**
 * What install.sh runs once on a new machine: the real program at work, so that the JVM can record
 * what its ahead-of-time caches are to hold. Start with {@link io.lkagent.install.Training}.
 */
@org.jspecify.annotations.NullMarked
package io.lkagent.install;
