package io.lkagent.testing;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job process of a framework's app, with the test as its worker. */
public final class AppJobUnderTest {
  public static final String TOKEN = "the-secret-token";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final LinePeer peer;
  private final List<SocketChannel> streams;
  private final long pid;

  AppJobUnderTest(SocketChannel protocol, SocketChannel output, SocketChannel life, long pid) {
    this.peer =
        new LinePeer(
            Channels.newInputStream(protocol),
            Channels.newOutputStream(protocol),
            Channels.newInputStream(output));
    this.streams = List.of(protocol, output, life);
    this.pid = pid;
  }

  AppJobUnderTest(LinePeer peer, Process process) {
    this.peer = peer;
    this.streams = List.of();
    this.pid = process.pid();
  }

  public long pid() {
    return pid;
  }

  public void send(@Nullable Object... keysAndValues) {
    peer.send(keysAndValues);
  }

  public JsonObject await(String... types) {
    return peer.await(types);
  }

  /** Initialises it; fails unless it becomes ready. */
  public AppJobUnderTest toReady() {
    send("type", "init");
    JsonObject end = await("ready", "failed");
    if (!end.string("type").equals("ready")) {
      throw new AssertionError(end + "\n" + output());
    }
    return this;
  }

  /** Gives it a job in a room that nobody can join. */
  public AppJobUnderTest start() {
    return start("ws://127.0.0.1:1", TOKEN, "livekit", "a-room");
  }

  public AppJobUnderTest start(String url, String token, String media, String room) {
    Map<String, @Nullable Object> job = Json.object("id", "AJ_test", "agent_name", "tester");
    send(
        "type",
        "start",
        "job",
        job,
        "room",
        Json.object("name", room, "sid", "RM_test"),
        "identity",
        "agent-AJ_test",
        "url",
        url,
        "token",
        token,
        "media",
        media,
        "attempt",
        0);
    return this;
  }

  public void shutdown(String reason) {
    send("type", "shutdown", "reason", reason, "deadline_ms", 20_000);
  }

  public String output() {
    return peer.output();
  }

  public List<String> types() {
    return peer.types();
  }

  public void awaitOutput(String text) {
    peer.awaitOutput(text);
  }

  /** Closes all of the worker's ends, as its death does. */
  public void abandon() {
    try {
      for (SocketChannel stream : streams) {
        stream.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes the worker's end of the protocol only. */
  public void hangUp() {
    peer.hangUp();
  }

  public void awaitGone() {
    Eventually.eventually(LIMIT, () -> pid + " lives", () -> !Proc.all().contains(pid));
  }
}
