package io.lkagent.testing;

import static io.lkagent.testing.Eventually.eventually;

import io.lkagent.agents.AgentSource;
import io.lkagent.agents.JavaRuntime;
import io.lkagent.api.Credentials;
import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.pool.PoolSettings;
import io.lkagent.protocol.Endpoint;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildSettings;
import io.lkagent.time.Time;
import io.lkagent.worker.ProcessRow;
import io.lkagent.worker.Worker;
import io.lkagent.worker.WorkerEnd;
import io.lkagent.worker.WorkerListener;
import io.lkagent.worker.WorkerNews;
import io.lkagent.worker.WorkerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A worker inside the test's own process, and everything that it told. */
public final class WorkerUnderTest implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Worker worker;
  private final List<WorkerNews> news = new CopyOnWriteArrayList<>();
  private final List<ProcessRow> ended = new CopyOnWriteArrayList<>();

  private WorkerUnderTest(WorkerSettings settings) throws IOException {
    this.worker =
        new Worker(
                settings,
                new WorkerMetrics(),
                new WorkerListener() {
                  @Override
                  public void news(WorkerNews told) {
                    news.add(told);
                  }

                  @Override
                  public void process(ProcessRow row, ChildNews told) {
                    if (told instanceof ChildNews.Ended) {
                      ended.add(row);
                    }
                  }
                },
                Time.system())
            .start();
  }

  /** Starts a worker with the built-in agent and quick timeouts, changed as the test wants. */
  public static WorkerUnderTest start(ServerUnderTest server, UnaryOperator<WorkerSettings> change)
      throws IOException {
    return new WorkerUnderTest(change.apply(settings(server)));
  }

  public static WorkerSettings settings(ServerUnderTest server) {
    return new WorkerSettings(
        "test",
        Endpoint.of(server.url()),
        Credentials.of(server.key(), server.secret()),
        "test-agent",
        new AgentSource.BuiltIn(),
        JavaRuntime.own(List.of()),
        Map.of(),
        null,
        false,
        ChildSettings.defaults(),
        new PoolSettings(2, 10, 2, 3, Duration.ofSeconds(60)),
        Duration.ofSeconds(20),
        Duration.ZERO,
        -1,
        WorkerSettings.LoadSource.JOBS,
        0.7f,
        "127.0.0.1",
        0,
        null,
        Path.of(System.getProperty("java.io.tmpdir")));
  }

  public Worker worker() {
    return worker;
  }

  /** Everything it told of jobs and of itself, in order. */
  public List<WorkerNews> news() {
    return news;
  }

  /** The last row of each process that ended. */
  public List<ProcessRow> ended() {
    return ended;
  }

  /** The processes that run a job's entry point. */
  public List<ProcessRow> running() {
    return worker.processes().stream().filter(row -> row.state().equals("running")).toList();
  }

  public WorkerUnderTest awaitRegistered() {
    await("registered", () -> told(WorkerNews.Registered.class));
    return this;
  }

  public WorkerUnderTest awaitIdle(int count) {
    await(
        count + " idle",
        () ->
            worker.processes().stream().filter(row -> row.state().equals("idle")).count() >= count);
    return this;
  }

  public void awaitRunning(int count) {
    await(count + " running", () -> running().size() == count);
  }

  public boolean told(Class<? extends WorkerNews> type) {
    return news.stream().anyMatch(type::isInstance);
  }

  public WorkerEnd awaitEnd() {
    return worker.end().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void await(String what, java.util.concurrent.Callable<Boolean> condition) {
    eventually(
        LIMIT, () -> "not " + what + ": " + worker.processes() + " after " + news, condition);
  }

  @Override
  public void close() {
    worker.close();
  }
}
