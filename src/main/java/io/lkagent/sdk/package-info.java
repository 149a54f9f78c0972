/**
 * What authors of agents write against: implement {@link io.lkagent.sdk.Agent}, declare what takes
 * time to load in its {@link io.lkagent.sdk.Init}, and serve one room with its {@link
 * io.lkagent.sdk.JobContext}. Needs nothing but the JDK.
 */
@NullMarked
package io.lkagent.sdk;

import org.jspecify.annotations.NullMarked;
