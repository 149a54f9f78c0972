/** Tests of the server API's client. */
@NullMarked
package io.lkagent.api;

import org.jspecify.annotations.NullMarked;
