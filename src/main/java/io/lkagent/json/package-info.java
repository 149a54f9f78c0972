/**
 * JSON in a few hundred lines that cost nothing to load: job processes, logs and control sockets
 * use it. Start from {@link io.lkagent.json.Json}.
 */
@NullMarked
package io.lkagent.json;

import org.jspecify.annotations.NullMarked;
