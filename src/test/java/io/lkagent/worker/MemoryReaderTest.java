package io.lkagent.worker;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.metrics.WorkerMetrics;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.ChildState;
import io.lkagent.supervise.OomWatch;
import io.lkagent.supervise.StopCause;
import io.lkagent.supervise.StopReason;
import io.lkagent.supervise.Supervisor;
import io.lkagent.testing.CollectedOutput;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readings of real processes, by a clock that the test turns. */
@Timeout(60)
final class MemoryReaderTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int GROWTH = 8_000_000;

  /** A job named {@code grow} has it take so much more before it says that it runs. */
  private static final String AGENT =
      """
      echo '{"type":"hello","protocol":1,"pid":'$$',"runtime":"sh"}' >&3
      while read -r line; do
        case $line in
        *'"type":"init"'*) echo '{"type":"ready"}' >&3 ;;
        *'"type":"ping"'*)
          t=${line##*'"t":'}; echo "{\\"type\\":\\"pong\\",\\"t\\":${t%%[!0-9-]*}}" >&3 ;;
        *'"type":"start"'*)
          case $line in *'"id":"grow"'*) much=$(head -c 8000000 /dev/zero | tr '\\0' x) ;; esac
          echo '{"type":"running"}' >&3 ;;
        *'"type":"shutdown"'*) exit 0 ;;
        esac
      done
      """;

  private final ChildSpawner spawner = new ChildSpawner(Time.raw());
  private final List<Supervisor> children = new ArrayList<>();
  private final List<ChildNews> news = new CopyOnWriteArrayList<>();
  private final WorkerMetrics metrics = new WorkerMetrics();
  private final Clock clock = new Clock();
  private final MemoryReader reader = new MemoryReader(() -> children, metrics, clock);

  @AfterEach
  void end() {
    for (Supervisor child : children) {
      child.kill(StopCause.of(StopReason.FORCED));
    }
    eventually(
        SOON, () -> children.stream().allMatch(child -> child.state() instanceof ChildState.Gone));
    spawner.close();
  }

  @Test
  void idleProcess_isReadOnce_whichIsItsBaseline() {
    Supervisor child = start();
    reader.turn(1);
    assertEquals(1, baselines());
    eventually(SOON, () -> !measured().isEmpty());
    reader.turn(2);
    reader.turn(60);
    assertEquals(1, baselines());
    assertEquals(OptionalDouble.empty(), metric("memory_per_process_bytes{stat=\"max\"}"));
    // Whatever was told behind the first reading would have been told by now.
    job(child, "still");
    assertEquals(1, measured().size(), measured()::toString);
  }

  @Test
  void job_thatGrows_isReadAtTheFifthTurn_andGrownBeyondItsBaseline() {
    Supervisor child = start();
    reader.turn(1);
    double baseline = metric("lkagent_memory_baseline_bytes_sum").orElseThrow();
    job(child, "grow");
    reader.turn(2);
    assertEquals(OptionalDouble.empty(), metric("memory_per_process_bytes{stat=\"max\"}"));
    reader.turn(5);
    double now = metric("memory_per_process_bytes{stat=\"max\"}").orElseThrow();
    assertTrue(now >= baseline + GROWTH, now + " behind " + baseline);
    assertEquals(now - baseline, metric("lkagent_memory_growth_bytes{stat=\"max\"}").orElseThrow());
    eventually(
        SOON,
        () -> "told: " + measured(),
        () -> measured().stream().anyMatch(m -> m.bytes() == now));
    assertEquals(1, baselines());
  }

  @Test
  void job_thatDoesNotMove_isReadAgainWhenItsReadingIsOld() {
    Supervisor child = start();
    reader.turn(1);
    job(child, "still");
    reader.turn(5);
    assertEquals(OptionalDouble.empty(), metric("memory_per_process_bytes{stat=\"max\"}"));
    clock.pass(Duration.ofMinutes(1));
    reader.turn(6);
    assertEquals(OptionalDouble.empty(), metric("memory_per_process_bytes{stat=\"max\"}"));
    reader.turn(10);
    assertTrue(metric("memory_per_process_bytes{stat=\"max\"}").isPresent());
  }

  /** Readings of 10 ms each, of which idle processes may take 2 ms in a turn. */
  @Test
  void idleProcesses_thatAreDearToRead_areReadOneByOneInTheLongRun() {
    start();
    start();
    clock.eachLook = Duration.ofMillis(5);
    reader.turn(1);
    assertEquals(1, baselines());
    for (int turn = 2; turn <= 5; turn++) {
      reader.turn(turn);
      assertEquals(1, baselines(), "in turn " + turn);
    }
    reader.turn(6);
    assertEquals(2, baselines());
  }

  /** However long it takes: of those with a job one is read in each turn. */
  @Test
  void jobs_thatAreDearToRead_areReadOneInEachTurn() {
    for (int i = 0; i < 3; i++) {
      job(start(), "still");
    }
    clock.eachLook = Duration.ofSeconds(1);
    for (int turn = 1; turn <= 3; turn++) {
      reader.turn(turn);
      assertEquals(turn, baselines());
    }
  }

  /** Its pid may be another's the next time. */
  @Test
  void process_thatLeaves_isForgotten() {
    Supervisor child = start();
    reader.turn(1);
    children.clear();
    reader.turn(2);
    children.add(child);
    reader.turn(3);
    assertEquals(2, baselines());
  }

  private Supervisor start() {
    ProcessSpec spec = new ProcessSpec(List.of("/bin/sh", "-c", AGENT), Map.of(), Set.of(), null);
    Supervisor child =
        new Supervisor(
            "child",
            spec,
            ShellAgent.settings(SOON, SOON, SOON),
            spawner,
            OomWatch.none(),
            new CollectedOutput(),
            Time.raw(),
            news::add);
    children.add(child.start());
    eventually(SOON, () -> "not idle: " + news, () -> child.state() instanceof ChildState.Idle);
    return child;
  }

  private void job(Supervisor child, String id) {
    child.offer(ShellAgent.job(id, ""));
    eventually(SOON, () -> "no job: " + news, () -> child.state() instanceof ChildState.Running);
  }

  private List<ChildNews.MemoryMeasured> measured() {
    return news.stream()
        .filter(ChildNews.MemoryMeasured.class::isInstance)
        .map(ChildNews.MemoryMeasured.class::cast)
        .toList();
  }

  private double baselines() {
    return metric("lkagent_memory_baseline_bytes_count").orElse(0);
  }

  private OptionalDouble metric(String name) {
    return metrics
        .exposition(null)
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst();
  }

  /** Stands still but for what the test lets pass, and for what each look at it takes. */
  private static final class Clock implements Time {
    private Duration eachLook = Duration.ZERO;
    private long now;

    void pass(Duration time) {
      now += time.toNanos();
    }

    @Override
    public long nanos() {
      pass(eachLook);
      return now;
    }

    @Override
    public Instant wall() {
      return Instant.EPOCH;
    }

    @Override
    public void sleep(Duration duration) {
      pass(duration);
    }
  }
}
