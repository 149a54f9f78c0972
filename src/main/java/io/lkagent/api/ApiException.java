package io.lkagent.api;

import java.net.URI;
import java.time.Duration;

/** A call to the server's API failed; the kinds that callers tell apart are types. */
public abstract sealed class ApiException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final int status;

  private ApiException(String message, String code, int status) {
    super(message);
    this.code = code;
    this.status = status;
  }

  /** The Twirp code such as {@code not_found}; empty when the server did not answer. */
  public String code() {
    return code;
  }

  /** The HTTP status; 0 when the server did not answer. */
  public int status() {
    return status;
  }

  /** What was asked for does not exist. */
  public static final class NotFound extends ApiException {
    private static final long serialVersionUID = 1L;

    NotFound(String method, String detail, int status) {
      super(method + ": " + detail, "not_found", status);
    }
  }

  /** The key, the secret or the clock is wrong, or the key may not do this. */
  public static final class Unauthorized extends ApiException {
    private static final long serialVersionUID = 1L;

    Unauthorized(URI url, String method, String code, String detail, int status) {
      super(
          url
              + " refused "
              + method
              + " ("
              + detail
              + "): check LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and this machine's clock",
          code,
          status);
    }
  }

  /** Nobody answers there, or the way there is barred. */
  public static final class Unreachable extends ApiException {
    private static final long serialVersionUID = 1L;

    Unreachable(URI url, String detail) {
      super("cannot reach " + url + " (" + detail + "): check LIVEKIT_URL and the network", "", 0);
    }
  }

  /** No answer in time; the server may have done what it was asked to. */
  public static final class Timeout extends ApiException {
    private static final long serialVersionUID = 1L;

    Timeout(URI url, String method, Duration after) {
      super(url + " did not answer " + method + " within " + after.toMillis() + " ms", "", 0);
    }
  }

  /** Any other refusal of the server. */
  public static final class Other extends ApiException {
    private static final long serialVersionUID = 1L;

    Other(String method, String code, String detail, int status) {
      super(method + " failed: " + detail + " (" + code + ", HTTP " + status + ")", code, status);
    }
  }
}
