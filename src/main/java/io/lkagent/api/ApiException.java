package io.lkagent.api;

/** A call of the server's API did not succeed. */
public final class ApiException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is. */
  public enum Kind {
    /** No such room, participant or dispatch. */
    NOT_FOUND,
    /** The server does not accept the key, or what it allows. */
    REFUSED,
    /** Nobody answers. */
    UNREACHABLE,
    /** No answer in time. */
    TIMEOUT,
    /** Anything else that the server said no for. */
    OTHER
  }

  private final Kind kind;
  private final String code;

  ApiException(Kind kind, String code, String message) {
    super(message);
    this.kind = kind;
    this.code = code;
  }

  public Kind kind() {
    return kind;
  }

  /** Twirp's code, such as {@code not_found}; empty when the server did not answer. */
  public String code() {
    return code;
  }
}
