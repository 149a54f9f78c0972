package io.lkagent.process;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class QuietPipesTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicInteger runs = new AtomicInteger();
  private final CountedSleeps time = new CountedSleeps();

  @Test
  void process_silent_isReadOnceAndNotBeforeItPrints_toTheLastWord() throws Exception {
    try (ChildSpawner spawner = new ChildSpawner(time)) {
      OsProcess process = spawner.start(shell("read go; echo first; read go; echo last"));
      process.whenPrinted(runs::incrementAndGet);
      awaitLooks(2);
      assertEquals(0, runs.get(), "read before it printed");
      go(process);
      eventually(SOON, () -> runs.get() > 0);
      awaitLooks(2);
      go(process);
      assertEquals(
          "first\nlast\n", new String(process.output().readAllBytes(), StandardCharsets.UTF_8));
      process.exit().get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertEquals(1, runs.get(), "read more than once");
    }
  }

  @Test
  void process_endsInSilence_isReadBeforeItsExitIsTold() throws Exception {
    try (ChildSpawner spawner = new ChildSpawner(Time.raw())) {
      OsProcess process = spawner.start(shell("read go"));
      process.whenPrinted(runs::incrementAndGet);
      go(process);
      process.exit().get(SOON.toSeconds(), TimeUnit.SECONDS);
      assertEquals(1, runs.get());
    }
  }

  @Test
  void process_hasEndedBefore_isReadAtOnce() throws Exception {
    try (ChildSpawner spawner = new ChildSpawner(Time.raw())) {
      OsProcess process = spawner.start(shell("echo only"));
      process.exit().get(SOON.toSeconds(), TimeUnit.SECONDS);
      process.whenPrinted(runs::incrementAndGet);
      assertEquals(1, runs.get());
      assertEquals("only\n", new String(process.output().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void pipe_broken_isLeftToItsReader() {
    try (QuietPipes quiet = new QuietPipes(time)) {
      quiet.watch(new Broken(), runs::incrementAndGet);
      eventually(SOON, () -> runs.get() > 0);
      awaitLooks(2);
      assertEquals(1, runs.get(), "left to its reader more than once");
    }
  }

  /** Waits for so many more looks at all pipes; behind each of them the looking thread sleeps. */
  private void awaitLooks(int more) {
    int before = time.sleeps.get();
    // The first that ends may have begun before.
    eventually(SOON, () -> time.sleeps.get() > before + more);
  }

  private static ProcessSpec shell(String script) {
    return new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of(), Set.of(), null);
  }

  private static void go(OsProcess process) throws IOException {
    process.toChild().write('\n');
    process.toChild().flush();
  }

  /** The machine's clocks, which count how often somebody slept. */
  private static final class CountedSleeps implements Time {
    private final AtomicInteger sleeps = new AtomicInteger();

    @Override
    public long nanos() {
      return Time.raw().nanos();
    }

    @Override
    public Instant wall() {
      return Time.raw().wall();
    }

    @Override
    public void sleep(Duration duration) {
      sleeps.incrementAndGet();
      Time.raw().sleep(duration);
    }
  }

  /** A stream that cannot say how much it holds. */
  private static final class Broken extends InputStream {
    @Override
    public int available() throws IOException {
      throw new IOException("closed");
    }

    @Override
    public int read() {
      return -1;
    }
  }
}
