package io.lkagent.protocol;

import java.net.URI;
import java.time.Duration;

/** Why a worker could not register; each says in one line what happened and what to do next. */
public sealed interface ConnectFailure {
  /** One line for people: what, where, and the next step. */
  String message();

  /**
   * The server refused the token; status 0 means that the key and secret could not be read.
   *
   * @param detail why they could not be read, or how far this machine's clock is off ({@code 5m
   *     behind}); empty when it agrees with the server's
   */
  record Unauthorized(URI url, int status, String detail) implements ConnectFailure {
    @Override
    public String message() {
      if (status == 0) {
        return "cannot make a token for " + url + ": " + detail;
      }
      if (!detail.isEmpty()) {
        return url
            + " refused the API key (HTTP "
            + status
            + "), and this machine's clock is "
            + detail
            + " the server's: set it right (NTP), then check LIVEKIT_API_KEY and"
            + " LIVEKIT_API_SECRET";
      }
      return url
          + " refused the API key (HTTP "
          + status
          + "): check LIVEKIT_API_KEY and LIVEKIT_API_SECRET against the server's keys, and this"
          + " machine's clock";
    }
  }

  /** Nobody answers there, or the connection broke before the worker was registered. */
  record Unreachable(URI url, String detail) implements ConnectFailure {
    @Override
    public String message() {
      return "cannot reach " + url + " (" + detail + "): check LIVEKIT_URL and the network";
    }
  }

  /** Something answers there that has no agent WebSocket. */
  record NotLiveKit(URI url, int status) implements ConnectFailure {
    @Override
    public String message() {
      return url
          + " does not answer as a LiveKit server (HTTP "
          + status
          + "): check host, port and path of LIVEKIT_URL";
    }
  }

  /** The server's certificate is not trusted, or TLS is not spoken there. */
  record TlsProblem(URI url, String detail) implements ConnectFailure {
    @Override
    public String message() {
      return "no TLS connection to " + url + " (" + detail + "): " + remedy();
    }

    /** The JDK's words for a certificate whose time has not come, or has passed. */
    private String remedy() {
      return detail.startsWith("NotBefore") || detail.startsWith("NotAfter")
          ? "check this machine's clock, then the dates of the server's certificate"
          : "name the certificate authority's PEM file with --ca-file, or use ws:// if the server"
              + " has no TLS";
    }
  }

  /** The HTTP proxy did not let the connection through. */
  record ProxyProblem(URI url, ProxySetting proxy, String detail) implements ConnectFailure {
    @Override
    public String message() {
      return "proxy "
          + proxy.address()
          + " does not connect to "
          + url
          + " ("
          + detail
          + "): check HTTPS_PROXY, HTTP_PROXY and NO_PROXY";
    }
  }

  /** No answer in time. */
  record Timeout(URI url, Duration after) implements ConnectFailure {
    @Override
    public String message() {
      return url
          + " did not answer within "
          + after.toMillis()
          + " ms: check LIVEKIT_URL, firewalls and the server's load";
    }
  }
}
