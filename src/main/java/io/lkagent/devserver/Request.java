package io.lkagent.devserver;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import org.jspecify.annotations.Nullable;

/** What routing and authentication need of an HTTP request. */
record Request(String path, @Nullable String authorization, String accessToken) {
  private static final String BEARER = "Bearer ";

  static Request of(HttpPrologue prologue, Headers headers) {
    String path = prologue.uriPath().rawPath();
    return new Request(
        path.startsWith("//") ? path.substring(1) : path,
        headers.contains(HeaderNames.AUTHORIZATION)
            ? headers.get(HeaderNames.AUTHORIZATION).get()
            : null,
        prologue.query().first("access_token").orElse(""));
  }

  /** Who asks; null when there is no token at all. */
  @Nullable Caller caller(Tokens tokens) throws RefusedTokenException {
    String header = authorization;
    if (header != null && !header.isEmpty()) {
      if (!header.startsWith(BEARER)) {
        throw new RefusedTokenException("invalid authorization header. Must start with " + BEARER);
      }
      String token = header.substring(BEARER.length());
      return token.isEmpty() ? null : tokens.verify(token);
    }
    return accessToken.isEmpty() ? null : tokens.verify(accessToken);
  }
}
