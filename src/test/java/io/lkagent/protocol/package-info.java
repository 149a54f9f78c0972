/** Tests of the agent WebSocket. */
@NullMarked
package io.lkagent.protocol;

import org.jspecify.annotations.NullMarked;
