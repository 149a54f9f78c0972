package io.lkagent.supervise;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.JobStart;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.process.SpawnException;
import io.lkagent.testing.CollectedOutput;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Supervisors of real shell processes, the ill-mannered ones above all. */
@Timeout(60)
final class SupervisorTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final ChildSettings SETTINGS =
      ShellAgent.settings(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));

  private final String mark = "TEST_MARK=" + UUID.randomUUID();
  private final ChildSpawner spawner = new ChildSpawner(Time.raw());
  private final CollectedOutput output = new CollectedOutput();
  private final List<ChildNews> news = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    spawner.close();
    eventually(SOON, () -> ShellAgent.marked(mark).isEmpty());
  }

  @Test
  void agent_oneJob_runsAndLeaves() {
    Supervisor child = start("good", SETTINGS);
    run(child, "AJ_1");
    child.stop(StopCause.of(StopReason.ROOM_CLOSED));
    ChildNews.Ended ended = ended();
    assertEquals(StopReason.ROOM_CLOSED, ended.cause().reason());
    assertEquals(new ExitStatus.Exited(0), ended.exit());
    assertTrue(output.lastLines().contains("starting"));
    assertTrue(output.lastLines().contains("(job AJ_1)"));
  }

  @Test
  void agent_done_waitsForTheStop() {
    Supervisor child = start("then-done", SETTINGS);
    run(child, "AJ_1");
    hear(ChildNews.JobDone.class);
    assertInstanceOf(ChildState.Finishing.class, child.state());
    child.stop(StopCause.of(StopReason.JOB_DONE));
    assertEquals(new StopCause(StopReason.JOB_DONE, "bye"), ended().cause());
  }

  @Test
  void agent_exitsBeforeItsFirstByte_saysHow() {
    start("exit-at-once", SETTINGS);
    assertEquals(
        new StopCause(StopReason.INIT_FAILED, "ended during initialisation with exit code 3"),
        ended().cause());
  }

  @Test
  void agent_hangs_isKilledWithReasonAndLastOutput() {
    Supervisor child =
        start("hang", ShellAgent.settings(Duration.ofSeconds(1), Duration.ofSeconds(20), SOON));
    assertEquals(
        new StopCause(StopReason.INIT_TIMEOUT, "not ready after 1 s; no hello"), ended().cause());
    assertEquals(List.of("about to hang"), child.lastOutput());
  }

  @Test
  void agent_writesGarbage_isKilledWithItsWords() {
    start("garbage", SETTINGS);
    StopCause cause = ended().cause();
    assertEquals(StopReason.PROTOCOL_ERROR, cause.reason());
    assertTrue(cause.detail().contains("this is not json"), cause.detail());
  }

  @Test
  void agent_floodsTheChannel_isKilledInBoundedMemory() {
    start("flood-channel", SETTINGS);
    assertEquals(
        new StopCause(
            StopReason.PROTOCOL_ERROR, "wrote no message: a frame is longer than 8388608 bytes"),
        ended().cause());
  }

  @Test
  void agent_floodsItsOutput_isReadyAllTheSame() {
    Supervisor child = start("flood-output", SETTINGS);
    hear(ChildNews.Ready.class);
    assertTrue(output.total() >= 100L * 1024 * 1024);
    child.stop(StopCause.of(StopReason.NOT_NEEDED));
    ended();
  }

  @Test
  void agent_ignoresTheStop_isKilledAtTheDeadline() {
    Supervisor child =
        start(
            "ignore-term",
            ShellAgent.settings(Duration.ofSeconds(20), Duration.ofSeconds(1), SOON));
    run(child, "AJ_1");
    child.stop(StopCause.of(StopReason.DRAINED));
    ChildNews.Ended ended = ended();
    assertEquals(StopReason.DRAINED, ended.cause().reason());
    assertEquals(ExitStatus.ofSignal(9), ended.exit());
  }

  @Test
  void agent_leavesDescendants_theyAreGoneInFiveSeconds() {
    Supervisor child = start("linger", SETTINGS);
    run(child, "AJ_1");
    eventually(SOON, () -> ShellAgent.marked(mark).size() >= 4);
    ShellAgent.signal("KILL", child.pid());
    long killed = Time.raw().nanos();
    hear(ChildNews.Cleared.class);
    assertEquals(List.of(), ShellAgent.marked(mark));
    assertTrue(Time.raw().nanos() - killed < SOON.toNanos());
    assertEquals(
        new StopCause(StopReason.CRASHED, "ended by itself with signal 9 (SIGKILL)"),
        ended().cause());
  }

  @Test
  void agent_closesItsChannelAndLives_isKilled() {
    Supervisor child = start("close-channel", SETTINGS);
    run(child, "AJ_1");
    assertEquals(new StopCause(StopReason.CHANNEL_CLOSED, "closed its channel"), ended().cause());
  }

  @Test
  void agents_thatDoNotRead_holdUpNobody() {
    List<Supervisor> deaf = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      deaf.add(start("deaf", SETTINGS));
    }
    eventually(SOON, () -> count(ChildNews.Ready.class) == 6);
    deaf.forEach(child -> child.offer(ShellAgent.job("AJ_1", "x".repeat(1_000_000))));
    eventually(SOON, () -> count(ChildNews.JobSent.class) == 6);
    Supervisor good = start("good", SETTINGS);
    eventually(SOON, () -> good.state() instanceof ChildState.Idle);
    good.offer(ShellAgent.job("AJ_2", ""));
    eventually(SOON, () -> good.state() instanceof ChildState.Running);
    deaf.forEach(child -> child.kill(StopCause.of(StopReason.FORCED)));
    good.kill(StopCause.of(StopReason.FORCED));
    eventually(SOON, () -> count(ChildNews.Cleared.class) == 7);
  }

  @Test
  void stop_twentyAtOnce_giveOneEnd() throws Exception {
    Supervisor child = start("good", SETTINGS);
    run(child, "AJ_1");
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      threads.add(Thread.ofVirtual().start(() -> child.stop(StopCause.of(StopReason.TERMINATED))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    hear(ChildNews.Cleared.class);
    child.kill(StopCause.of(StopReason.FORCED));
    assertEquals(1, count(ChildNews.Ended.class));
    assertEquals(StopReason.TERMINATED, ended().cause().reason());
  }

  @Test
  void stop_beforeTheProcessIsThere_leavesNone() {
    Supervisor child = start("good", SETTINGS);
    child.stop(StopCause.of(StopReason.NOT_NEEDED));
    assertEquals(StopReason.NOT_NEEDED, ended().cause().reason());
    hear(ChildNews.Cleared.class);
    assertEquals(List.of(), ShellAgent.marked(mark));
  }

  @Test
  void command_notFound_givesAClearCause() {
    ProcessSpec spec = new ProcessSpec(List.of("no-such-agent"), Map.of(), Set.of(), null);
    Supervisor child = supervisor(spec, SETTINGS, spawner).start();
    assertEquals(
        "ended during initialisation with exit code 127 (command not found)",
        ended().cause().detail());
    assertTrue(child.lastOutput().getFirst().contains("no-such-agent"));
  }

  @Test
  void spawn_refusedOrBroken_endsWithTheWords() {
    ProcessStarter full =
        spec -> {
          throw new SpawnException("cannot start a: no more processes", new IOException());
        };
    supervisor(ShellAgent.spec("good"), SETTINGS, full).start();
    assertEquals(
        new StopCause(StopReason.SPAWN_FAILED, "cannot start a: no more processes"),
        ended().cause());
    hear(ChildNews.Cleared.class);
    news.clear();
    ProcessStarter broken =
        spec -> {
          throw new OutOfMemoryError("unable to create native thread");
        };
    supervisor(ShellAgent.spec("good"), SETTINGS, broken).start();
    assertEquals(StopReason.SPAWN_FAILED, ended().cause().reason());
  }

  private Supervisor start(String behaviour, ChildSettings settings) {
    String value = mark.substring(mark.indexOf('=') + 1);
    ProcessSpec spec = ShellAgent.spec(behaviour, Map.of("TEST_MARK", value));
    return supervisor(spec, settings, spawner).start();
  }

  private Supervisor supervisor(ProcessSpec spec, ChildSettings settings, ProcessStarter starter) {
    return new Supervisor(
        "child", spec, settings, starter, OomWatch.none(), output, Time.raw(), news::add);
  }

  private void run(Supervisor child, String id) {
    hear(ChildNews.Ready.class);
    JobStart job = ShellAgent.job(id, "");
    child.offer(job);
    assertEquals(job, hear(ChildNews.JobRunning.class).job());
  }

  private ChildNews.Ended ended() {
    return hear(ChildNews.Ended.class);
  }

  private long count(Class<? extends ChildNews> kind) {
    return news.stream().filter(kind::isInstance).count();
  }

  private <T extends ChildNews> T hear(Class<T> kind) {
    eventually(
        Duration.ofSeconds(15),
        () -> "no " + kind.getSimpleName() + " among " + news,
        () -> count(kind) > 0);
    return news.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
  }
}
