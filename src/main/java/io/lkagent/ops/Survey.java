package io.lkagent.ops;

import io.lkagent.control.RunningWorker;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One look at workers: those that a runtime folder names, or those at some addresses.
 *
 * @param answered what each that answered said
 * @param gone those that died and left their entries; these are removed
 * @param silent those that should be there and did not answer
 */
public record Survey(List<WorkerStatus> answered, List<Gone> gone, List<Silent> silent) {
  private static final int OK = 200;
  private static final int MISSING = 404;

  /** A worker that is no more. */
  public record Gone(String name, long pid) {}

  /** A worker that did not answer, and why. */
  public record Silent(String source, String why) {}

  private sealed interface Answer {
    record Said(WorkerStatus status) implements Answer {}

    record Left(Gone worker) implements Answer {}

    record Mute(Silent worker) implements Answer {}
  }

  public Survey {
    answered = List.copyOf(answered);
    gone = List.copyOf(gone);
    silent = List.copyOf(silent);
  }

  /**
   * Asks the workers of this host, all at once.
   *
   * @throws IOException when the folder cannot be read
   */
  public static Survey ofHost(Path folder, Duration limit) throws IOException {
    RunningWorker.Found found = RunningWorker.look(folder);
    List<Answer> answers = new ArrayList<>();
    found.gone().forEach(w -> answers.add(new Answer.Left(new Gone(w.name(), w.pid()))));
    answers.addAll(
        atOnce(
            found.running().stream()
                .<Callable<Answer>>map(w -> () -> bySocket(w, limit))
                .toList()));
    return of(answers);
  }

  /** Asks the workers at these addresses, such as {@code http://host:8081}, all at once. */
  public static Survey ofAddresses(List<URI> addresses, Duration limit) {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(limit)
            .build()) {
      return of(
          atOnce(
              addresses.stream()
                  .<Callable<Answer>>map(address -> () -> byAddress(client, address, limit))
                  .toList()));
    }
  }

  private static Answer bySocket(RunningWorker worker, Duration limit) {
    try {
      return new Answer.Said(
          new WorkerStatus(worker.folder().toString(), worker.ask("status", limit)));
    } catch (ConnectException e) {
      // Its pid lives, but as somebody else's: the number was given out again.
      worker.forget();
      return new Answer.Left(new Gone(worker.name(), worker.pid()));
    } catch (IOException e) {
      String why =
          e.getCause() instanceof TimeoutException
              ? "no answer within " + limit.toMillis() + " ms; it may hang: see its log"
              : String.valueOf(e.getMessage());
      return new Answer.Mute(
          new Silent("worker " + worker.name() + " (pid " + worker.pid() + ")", why));
    }
  }

  private static Answer byAddress(HttpClient client, URI address, Duration limit) {
    URI asked = URI.create(address.toString().replaceAll("/+$", "") + "/status");
    try {
      // The client's own timeout ends with the headers; this one covers the body too.
      HttpResponse<String> response =
          client
              .sendAsync(
                  HttpRequest.newBuilder(asked).build(), HttpResponse.BodyHandlers.ofString())
              .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != OK) {
        return mute(
            address,
            response.statusCode() == MISSING
                ? "no worker of lkagent listens there (HTTP 404)"
                : "it answers HTTP " + response.statusCode());
      }
      JsonObject said = Json.parseObject(response.body());
      return said.has("schema_version")
          ? new Answer.Said(new WorkerStatus(address.toString(), said))
          : mute(address, "no worker of lkagent listens there");
    } catch (TimeoutException e) {
      return mute(address, "no answer within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      return mute(address, why(e.getCause()));
    } catch (JsonException e) {
      return mute(address, "no worker of lkagent listens there");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return mute(address, "interrupted");
    }
  }

  private static String why(@Nullable Throwable cause) {
    return switch (cause) {
      case ConnectException e -> "nobody listens there";
      case null -> "no answer";
      default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
    };
  }

  private static Answer mute(URI address, String why) {
    return new Answer.Mute(new Silent(address.toString(), why));
  }

  private static List<Answer> atOnce(List<Callable<Answer>> questions) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return threads.invokeAll(questions).stream().map(Future::resultNow).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private static Survey of(List<Answer> answers) {
    List<WorkerStatus> answered = new ArrayList<>();
    List<Gone> gone = new ArrayList<>();
    List<Silent> silent = new ArrayList<>();
    for (Answer answer : answers) {
      switch (answer) {
        case Answer.Said(WorkerStatus status) -> answered.add(status);
        case Answer.Left(Gone worker) -> gone.add(worker);
        case Answer.Mute(Silent worker) -> silent.add(worker);
      }
    }
    return new Survey(answered, gone, silent);
  }
}
