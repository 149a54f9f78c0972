package io.lkagent.control;

import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A worker on this host as another command sees it.
 *
 * @param folder its entry in the runtime folder
 * @param description what it wrote about itself: {@code name}, {@code pid}, {@code version}, {@code
 *     port}, {@code agent_name}, {@code url}
 */
public record RunningWorker(Path folder, JsonObject description) {
  /** The workers that run, and those that died without taking their entries away. */
  public record Found(List<RunningWorker> running, List<RunningWorker> gone) {
    public Found {
      running = List.copyOf(running);
      gone = List.copyOf(gone);
    }
  }

  /** The workers that run, found by their entries; entries of dead ones are removed. */
  public static List<RunningWorker> find(Path root) throws IOException {
    return look(root).running();
  }

  /** Like {@link #find}, and says whose entries were removed. */
  public static Found look(Path root) throws IOException {
    List<RunningWorker> running = new ArrayList<>();
    List<RunningWorker> gone = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return new Found(running, gone);
    }
    try (var entries = Files.newDirectoryStream(root)) {
      for (Path folder : entries) {
        read(folder).ifPresent(worker -> (worker.lives() ? running : gone).add(worker));
      }
    }
    gone.forEach(RunningWorker::forget);
    running.sort(Comparator.comparing(RunningWorker::name).thenComparingLong(RunningWorker::pid));
    return new Found(running, gone);
  }

  private static Optional<RunningWorker> read(Path folder) {
    try {
      RunningWorker worker =
          new RunningWorker(
              folder, Json.parseObject(Files.readString(folder.resolve(RuntimeEntry.DESCRIPTION))));
      return worker.pid() > 0 ? Optional.of(worker) : Optional.empty();
    } catch (IOException | JsonException e) {
      return Optional.empty();
    }
  }

  private boolean lives() {
    return ProcessHandle.of(pid()).filter(ProcessHandle::isAlive).isPresent();
  }

  /** Removes its entry, which nobody answers for any more. */
  public void forget() {
    RuntimeEntry.delete(folder);
  }

  public String name() {
    return description.string("name", "");
  }

  public long pid() {
    return description.number("pid");
  }

  /**
   * Asks it to do something: {@code health}, {@code drain}, {@code status}.
   *
   * @throws java.net.ConnectException when nobody listens there: the worker is gone
   * @throws IOException when it does not answer within {@code limit}
   */
  public JsonObject ask(String command, Duration limit) throws IOException {
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(RuntimeEntry.SOCKET)))) {
      String line = Json.write(Map.of("command", command)) + "\n";
      channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
      CompletableFuture<String> answer = new CompletableFuture<>();
      Thread.ofVirtual().name("control-answer").start(() -> readLine(channel, answer));
      return Json.parseObject(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | JsonException e) {
      throw new IOException("worker " + name() + " did not answer: " + e.getMessage(), e);
    } catch (TimeoutException e) {
      throw new IOException(
          "worker " + name() + " did not answer within " + limit.toSeconds() + " s", e);
    }
  }

  private static void readLine(SocketChannel channel, CompletableFuture<String> answer) {
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
      String line = in.readLine();
      answer.complete(line == null ? "" : line);
    } catch (IOException e) {
      answer.completeExceptionally(e);
    }
  }
}
