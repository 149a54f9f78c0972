package io.lkagent.runner;

import io.lkagent.ipc.JobStart;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.sdk.DataMessage;
import io.lkagent.sdk.Participant;
import io.lkagent.sdk.RoomException;
import io.lkagent.sdk.Subscribe;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Joins rooms of lkagent's dev server, where a plain WebSocket stands for the media. */
final class DevRoom implements RoomConnector {
  private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);
  private static final Duration SEND_LIMIT = Duration.ofSeconds(5);

  @Override
  public Link connect(JobStart job, Subscribe subscribe, Events events) throws RoomException {
    Stay stay = new Stay(events);
    URI uri = joinUri(job.url());
    try {
      HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(JOIN_LIMIT);
      TrustedCa.fromEnvironment().ifPresent(client::sslContext);
      CompletableFuture<WebSocket> opening =
          client
              .build()
              .newWebSocketBuilder()
              .connectTimeout(JOIN_LIMIT)
              .header("Authorization", "Bearer " + job.token())
              .buildAsync(uri, stay);
      stay.socket = await(opening, JOIN_LIMIT);
      stay.sid = await(stay.joined, JOIN_LIMIT);
      return stay;
    } catch (RoomException e) {
      stay.leave();
      throw new RoomException("cannot join the room at " + uri + ": " + e.getMessage(), e);
    }
  }

  /** The server's address with http(s) or ws(s), with or without a slash or a path. */
  static URI joinUri(String url) throws RoomException {
    String base = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    String socket = base.startsWith("http") ? "ws" + base.substring("http".length()) : base;
    try {
      return URI.create(socket + "/dev/join");
    } catch (IllegalArgumentException e) {
      throw new RoomException("not a URL: " + url, e);
    }
  }

  private static <T> T await(Future<T> future, Duration limit) throws RoomException {
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new RoomException(Failure.line(cause), cause);
    } catch (TimeoutException e) {
      throw new RoomException("no answer within " + limit.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RoomException("interrupted", e);
    }
  }

  /** One stay in one room, as long as the WebSocket is open. */
  private static final class Stay implements Link, WebSocket.Listener {
    private final Events events;
    private final CompletableFuture<String> joined = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private volatile @Nullable WebSocket socket;
    private volatile String sid = "";
    private volatile boolean over;

    Stay(Events events) {
      this.events = events;
    }

    @Override
    public String roomSid() {
      return sid;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String frame = text.toString();
        text.setLength(0);
        try {
          receive(Json.parseObject(frame));
        } catch (JsonException e) {
          ChildLog.of(DevRoom.class).error("a frame of the dev server was skipped", e);
        }
      }
      from.request(1);
      return null;
    }

    private void receive(JsonObject frame) {
      switch (frame.string("type")) {
        case "joined" -> joined(frame);
        case "participant_joined" -> events.joined(participant(frame.object("participant")));
        case "participant_left" -> events.left(participant(frame.object("participant")));
        case "data" -> events.received(data(frame));
        case "room_closed" -> closed(true, "room-closed");
        case "removed" -> closed(true, "removed");
        case "error" -> refused(frame.string("message", ""));
        default -> {
          // Of a later version.
        }
      }
    }

    private void joined(JsonObject frame) {
      if (frame.values().get("participants") instanceof List<?> others) {
        for (Object other : others) {
          if (other instanceof Map<?, ?>) {
            events.joined(participant(Json.parseObject(Json.write(other))));
          }
        }
      }
      joined.complete(frame.object("room").string("sid", ""));
    }

    private void refused(String message) {
      if (!joined.completeExceptionally(new RoomException(message, null))) {
        ChildLog.of(DevRoom.class).warn("the dev server complains", "error", message);
      }
    }

    private static Participant participant(JsonObject of) {
      return new Participant(
          of.string("identity"), of.string("sid", ""), of.string("name", ""), kind(of));
    }

    private static Participant.Kind kind(JsonObject of) {
      for (Participant.Kind kind : Participant.Kind.values()) {
        if (kind.name().equals(of.string("kind", "STANDARD"))) {
          return kind;
        }
      }
      return Participant.Kind.OTHER;
    }

    private static DataMessage data(JsonObject frame) {
      return new DataMessage(
          frame.string("from", ""),
          frame.string("topic", ""),
          frame.string("payload", "").getBytes(StandardCharsets.UTF_8));
    }

    private void closed(boolean success, String reason) {
      joined.completeExceptionally(new RoomException(reason, null));
      if (!over) {
        over = true;
        events.closed(success, reason);
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      closed(false, "connection-lost");
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed(false, "connection-lost");
    }

    @Override
    public void send(byte[] payload, String topic) throws RoomException {
      // Payloads travel as text here; what is not UTF-8 arrives changed.
      String data = new String(payload, StandardCharsets.UTF_8);
      sendText(Json.write(Json.object("type", "data", "payload", data, "topic", topic)));
    }

    private synchronized void sendText(String frame) throws RoomException {
      WebSocket open = socket;
      if (open == null || over) {
        throw new RoomException("not in the room any more", null);
      }
      await(open.sendText(frame, true), SEND_LIMIT);
    }

    @Override
    public void leave() {
      WebSocket open = socket;
      if (open == null) {
        return;
      }
      boolean gone = over;
      over = true; // first: the server's answer is a close, which is no loss then
      try {
        if (!gone) {
          await(open.sendText("{\"type\":\"leave\"}", true), SEND_LIMIT);
        }
      } catch (RoomException e) {
        // The end of the connection says the same.
      }
      open.abort();
    }
  }
}
