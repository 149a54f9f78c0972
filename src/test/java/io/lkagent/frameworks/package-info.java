/** Apps of LiveKit's frameworks in real processes. */
@NullMarked
package io.lkagent.frameworks;

import org.jspecify.annotations.NullMarked;
