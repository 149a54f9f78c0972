/**
 * LiveKit's server API as lkagent uses it: rooms, participants, dispatches, and the tokens for all.
 *
 * <p>Start from {@link io.lkagent.api.LiveKitApi}; {@link io.lkagent.api.Tokens} makes what a
 * server wants to see, out of {@link io.lkagent.api.Credentials}. LiveKit's protobuf classes stay
 * inside.
 */
@NullMarked
package io.lkagent.api;

import org.jspecify.annotations.NullMarked;
