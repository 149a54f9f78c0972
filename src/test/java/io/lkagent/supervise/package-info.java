/** The lifecycle's whole table, and supervisors on real processes. */
@NullMarked
package io.lkagent.supervise;

import org.jspecify.annotations.NullMarked;
