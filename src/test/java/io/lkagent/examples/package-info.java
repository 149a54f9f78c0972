/** Tests of the programs under {@code examples/}: each is run as its reader would run it. */
@NullMarked
package io.lkagent.examples;

import org.jspecify.annotations.NullMarked;
