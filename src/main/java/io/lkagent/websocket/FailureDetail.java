package io.lkagent.websocket;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;

/** The few words of a network failure that help a person. */
public final class FailureDetail {
  private FailureDetail() {}

  public static String of(Throwable failure) {
    Throwable cause = deepest(failure);
    if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
      return "the host name is unknown";
    }
    String message = cause.getMessage();
    if (cause instanceof ConnectException || find(failure, ConnectException.class) != null) {
      return message == null || cause instanceof java.nio.channels.ClosedChannelException
          ? "connection refused"
          : message.toLowerCase(java.util.Locale.ROOT);
    }
    return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
  }

  /** The first failure of this type among the causes. */
  public static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
    }
    return null;
  }

  private static Throwable deepest(Throwable failure) {
    Throwable at = failure;
    while (at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }
}
