/**
 * Apps written with LiveKit's Python or Node framework, from the worker's side: {@link
 * io.lkagent.frameworks.AppCommand} finds an app and what runs it, {@link
 * io.lkagent.frameworks.AppHost} owns the helper process that loads it, forks its job processes and
 * answers for its request function.
 */
@NullMarked
package io.lkagent.frameworks;

import org.jspecify.annotations.NullMarked;
