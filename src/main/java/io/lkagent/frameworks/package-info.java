/** Apps written with LiveKit's Python or Node framework. */
@NullMarked
package io.lkagent.frameworks;

import org.jspecify.annotations.NullMarked;
