package io.lkagent.devserver;

import io.lkagent.json.Json;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An answer of the server API that is an error, with livekit-server's code and HTTP status. */
final class TwirpError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The codes that this server answers with, and the HTTP status that Twirp gives each. */
  enum Code {
    BAD_ROUTE(404),
    INTERNAL(500),
    INVALID_ARGUMENT(400),
    MALFORMED(400),
    NOT_FOUND(404),
    UNAUTHENTICATED(401),
    UNAVAILABLE(503);

    private final int httpStatus;

    Code(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    int httpStatus() {
      return httpStatus;
    }
  }

  private final Code code;
  private final @Nullable String route;

  TwirpError(Code code, String message) {
    this(code, message, null);
  }

  private TwirpError(Code code, String message, @Nullable String route) {
    super(message, null, false, false);
    this.code = code;
    this.route = route;
  }

  /** A request that no method answers. */
  static TwirpError badRoute(String message, String route) {
    return new TwirpError(Code.BAD_ROUTE, message, route);
  }

  /** An error that livekit-server's inner layers report: its message wears their prefix. */
  static TwirpError inner(Code code, String message) {
    return new TwirpError(code, "twirp error unknown: " + message);
  }

  static TwirpError roomNotFound() {
    return inner(Code.NOT_FOUND, "requested room does not exist");
  }

  static TwirpError participantNotFound() {
    return inner(Code.NOT_FOUND, "participant does not exist");
  }

  static TwirpError noResponse() {
    return inner(Code.UNAVAILABLE, "no response from servers");
  }

  static TwirpError permissionDenied() {
    return new TwirpError(Code.UNAUTHENTICATED, "permissions denied");
  }

  int httpStatus() {
    return code.httpStatus();
  }

  String json() {
    return Json.write(
        Json.object(
            "code",
            code.name().toLowerCase(Locale.ROOT),
            "msg",
            getMessage(),
            "meta",
            route == null ? null : Json.object("twirp_invalid_route", route)));
  }
}
