package io.lkagent.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.time.Time;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignalsTest {
  @Test
  void handle_twoRealSigterms_areToldApart() throws IOException, InterruptedException {
    Process child = start();
    try (BufferedReader out = child.inputReader()) {
      assertEquals("ready", out.readLine());
      child.toHandle().destroy();
      assertEquals("TERM 1", out.readLine());
      assertTrue(child.isAlive());
      child.toHandle().destroy();
      assertEquals("TERM 2", out.readLine());
      assertTrue(child.waitFor(20, TimeUnit.SECONDS));
      assertEquals(6, child.exitValue());
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void handle_unknownSignal_saysSo() {
    assertFalse(Signals.handle("NOSUCHSIGNAL", name -> {}));
  }

  private static Process start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            TwoSignals.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** A program that counts its SIGTERMs and leaves at the second. */
  static final class TwoSignals {
    private TwoSignals() {}

    public static void main(String[] args) {
      AtomicInteger count = new AtomicInteger();
      Signals.handle(
          "TERM",
          name -> {
            int time = count.incrementAndGet();
            System.out.println(name + " " + time);
            if (time == 2) {
              Runtime.getRuntime().halt(6);
            }
          });
      System.out.println("ready");
      Time.raw().sleep(Duration.ofSeconds(50));
    }
  }
}
