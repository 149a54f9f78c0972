package io.lkagent.runner;

import io.lkagent.ipc.JobStart;
import io.lkagent.sdk.RoomException;
import io.lkagent.sdk.Subscribe;
import java.net.URI;
import java.time.Duration;

/** Joins rooms of lkagent's dev server, where a plain WebSocket stands for the media. */
final class DevRoom implements RoomConnector {
  private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);

  @Override
  public Link connect(JobStart job, Subscribe subscribe, Events events) throws RoomException {
    return DevStay.begin(joinUri(job.url()), job.token(), events, JOIN_LIMIT);
  }

  /** The server's address with http(s) or ws(s), with or without a slash or a path. */
  static URI joinUri(String url) throws RoomException {
    String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    String socket = base.startsWith("http") ? "ws" + base.substring("http".length()) : base;
    URI uri;
    try {
      uri = URI.create(socket + "/dev/join");
    } catch (IllegalArgumentException e) {
      throw new RoomException("not a URL: " + url, e);
    }
    if (uri.getHost() == null) {
      throw new RoomException("not a server's URL: " + url, null);
    }
    return uri;
  }
}
