package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The other end of a connection of JSON lines, and of the output beside it. */
final class LinePeer {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final OutputStream out;
  private final LinkedBlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
  private final List<JsonObject> all = new CopyOnWriteArrayList<>();
  private final List<String> output = new CopyOnWriteArrayList<>();

  LinePeer(InputStream in, OutputStream out, InputStream output) {
    this.out = out;
    Thread.ofVirtual().name("peer's messages").start(() -> lines(in, this::take));
    Thread.ofVirtual().name("peer's output").start(() -> lines(output, this.output::add));
  }

  private void take(String line) {
    JsonObject message = Json.parseObject(line);
    all.add(message);
    received.add(message);
  }

  private static void lines(InputStream in, java.util.function.Consumer<String> taker) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      reader.lines().forEach(taker);
    } catch (IOException | UncheckedIOException e) {
      // The other end is gone.
    }
  }

  /** The first line of a new connection, byte by byte: what follows is another reader's. */
  static String firstLine(SocketChannel from) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (from.read(one.clear()) == 1 && one.get(0) != '\n') {
      line.write(one.get(0));
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  void send(@Nullable Object... keysAndValues) {
    try {
      out.write((Json.write(Json.object(keysAndValues)) + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next message of one of these types; others are skipped. */
  JsonObject await(String... types) {
    while (true) {
      JsonObject message = next(types);
      if (Arrays.asList(types).contains(message.string("type"))) {
        return message;
      }
    }
  }

  private JsonObject next(String... types) {
    try {
      JsonObject message = received.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return message == null
          ? fail("none of " + Arrays.toString(types) + " came; came: " + all + "\n" + output())
          : message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The types of all messages so far. */
  List<String> types() {
    List<String> types = new ArrayList<>();
    all.forEach(message -> types.add(message.string("type")));
    return types;
  }

  String output() {
    return String.join("\n", output);
  }

  void awaitOutput(String text) {
    Eventually.eventually(
        LIMIT,
        () -> "never printed \"" + text + "\"; its output:\n" + output(),
        () -> output().contains(text));
  }

  void hangUp() {
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
