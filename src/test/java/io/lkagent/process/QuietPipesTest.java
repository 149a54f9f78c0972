package io.lkagent.process;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class QuietPipesTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void process_silent_isReadOnlyOnceItPrintsAndToTheLastWord() throws Exception {
    try (ChildSpawner spawner = new ChildSpawner(Time.raw())) {
      OsProcess process = spawner.start(shell("read go; echo first; read go; echo last"));
      CountDownLatch printed = new CountDownLatch(1);
      process.whenPrinted(printed::countDown);
      assertEquals(1, printed.getCount());
      go(process);
      assertTrue(printed.await(SOON.toSeconds(), TimeUnit.SECONDS));
      go(process);
      assertEquals(
          "first\nlast\n", new String(process.output().readAllBytes(), StandardCharsets.UTF_8));
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
    try (QuietPipes quiet = new QuietPipes(Time.raw())) {
      quiet.watch(new Broken(), runs::incrementAndGet);
      eventually(SOON, () -> runs.get() == 1);
    }
  }

  private static ProcessSpec shell(String script) {
    return new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of(), Set.of(), null);
  }

  private static void go(OsProcess process) throws IOException {
    process.toChild().write('\n');
    process.toChild().flush();
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
