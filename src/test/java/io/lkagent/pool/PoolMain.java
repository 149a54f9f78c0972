package io.lkagent.pool;

import static io.lkagent.testing.Eventually.eventually;

import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.StopCause;
import io.lkagent.testing.ShellAgent;
import io.lkagent.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A JVM of its own with a pool in it, for tests that stop or kill the whole JVM. */
public final class PoolMain {
  private PoolMain() {}

  /** Arguments: idle processes, the mark of their environment, the ping timeout in milliseconds. */
  public static void main(String[] arguments) throws IOException {
    int idle = Integer.parseInt(arguments[0]);
    ShellPool shell =
        new ShellPool(
            ShellPool.settings(idle, 4),
            ShellAgent.spec("good", Map.of("TEST_MARK", arguments[1])),
            ShellAgent.settings(
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofMillis(Long.parseLong(arguments[2]))),
            Time.system());
    long begun = Time.raw().nanos();
    eventually(
        Duration.ofSeconds(30),
        () ->
            shell.pool.state().lastFailure() != null
                || shell.pool.state().count(PoolState.Slot.IDLE) == idle);
    StopCause failure = shell.pool.state().lastFailure();
    say(
        failure == null
            ? "ready " + (Time.raw().nanos() - begun) / 1_000_000
            : "failed " + failure.words());
    for (int command = System.in.read(); command >= 0; command = System.in.read()) {
      long ended = shell.news.stream().filter(ChildNews.Ended.class::isInstance).count();
      say("ended " + ended + " started " + (shell.pool.state().nextNumber() - 1));
    }
    shell.close();
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
