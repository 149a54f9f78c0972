package io.lkagent.worker;

import io.lkagent.supervise.StopReason;
import io.lkagent.testing.Eventually;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.SettingsCopy;
import io.lkagent.testing.WorkerUnderTest;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** What scenarios with our own worker share: one server for all, names of their own for each. */
abstract class ScenarioSupport {
  /** Longer than a dispatch takes with the real server's cache of agent names cold. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  /** A room's end is noticed by then, whoever notices it. */
  static final Duration ROOM_END = Duration.ofSeconds(5);

  private String name = "";

  abstract ServerUnderTest server();

  @BeforeEach
  void takeName(TestInfo test) {
    name =
        test.getTestMethod().orElseThrow().getName() + "-" + Long.toHexString(Time.raw().nanos());
  }

  /** This test's own name, for its agent and its first room. */
  final String name() {
    return name;
  }

  final ServerApi api() {
    return new ServerApi(server());
  }

  /** A registered worker of this test's name, with shell agents. */
  final WorkerUnderTest worker(UnaryOperator<SettingsCopy> change) throws IOException {
    return unregistered(change).awaitRegistered();
  }

  final WorkerUnderTest unregistered(UnaryOperator<SettingsCopy> change) throws IOException {
    return WorkerUnderTest.start(
        server(),
        settings ->
            change
                .apply(SettingsCopy.of(settings).agentName(name).agent(SettingsCopy.SHELL_AGENT))
                .make());
  }

  static ProcessRow onlyOneRunning(WorkerUnderTest worker) {
    worker.awaitRunning(1);
    return worker.running().getFirst();
  }

  static List<String> rooms(WorkerUnderTest worker) {
    return worker.running().stream().map(ProcessRow::room).sorted().toList();
  }

  static boolean alive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /** How many of these jobs ended well for this reason. */
  static long endedWell(WorkerUnderTest worker, StopReason reason) {
    return worker.news().stream()
        .filter(news ->
            news instanceof WorkerNews.Ended ended
                && ended.success()
                && ended.cause().reason() == reason)
        .count();
  }

  static boolean refused(WorkerUnderTest worker, String reason) {
    return worker.news().stream()
        .anyMatch(news -> news instanceof WorkerNews.Refused no && no.reason().equals(reason));
  }

  static void eventually(WorkerUnderTest worker, Callable<Boolean> condition) {
    eventually(PATIENCE, worker, condition);
  }

  static void eventually(Duration limit, WorkerUnderTest worker, Callable<Boolean> condition) {
    Eventually.eventually(
        limit, () -> worker.worker().processes() + " after " + worker.news(), condition);
  }

  /** Fails when the condition becomes true within a time in which a dispatch would have come. */
  static void never(Collection<WorkerUnderTest> workers, Callable<Boolean> condition) {
    long end = Time.raw().deadline(Duration.ofMillis(1500));
    Eventually.eventually(
        PATIENCE,
        () -> {
          if (condition.call()) {
            throw new AssertionError(
                workers.stream().map(one -> one.worker().processes() + " " + one.news()).toList());
          }
          return Time.raw().nanos() - end > 0;
        });
  }
}
