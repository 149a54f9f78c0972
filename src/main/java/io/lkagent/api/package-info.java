/**
 * LiveKit's server API: {@link io.lkagent.api.LiveKitApi} for rooms and dispatches, {@link
 * io.lkagent.api.Tokens} for access tokens, {@link io.lkagent.api.Credentials} for what they are
 * signed with.
 */
@NullMarked
package io.lkagent.api;

import org.jspecify.annotations.NullMarked;
