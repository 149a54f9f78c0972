/** What tests share: waiting with a deadline, real servers, a recording proxy. */
@NullMarked
package io.lkagent.testing;

import org.jspecify.annotations.NullMarked;
