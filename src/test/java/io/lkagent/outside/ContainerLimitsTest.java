package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.ShellAgent;
import io.lkagent.testing.TestCgroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker in a container with limits: what the kernel does there has its right name. */
final class ContainerLimitsTest {
  @TempDir Path folder;

  /** The kernel's kill is told apart from an operator's, which looks the same to a parent. */
  @Test
  void memoryLimit_killsAnAgent_andTheReasonIsOom() {
    try (TestCgroup group = TestCgroup.memory(500_000_000);
        ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = worker(group, server, "greedy")) {
      worker.awaitLog("registered");
      ServerApi api = new ServerApi(server);
      api.createRoom("greedy", "outside");
      var ended = worker.awaitLog("a process failed", "reason", "oom");
      assertEquals("greedy", ended.string("room_name"), worker::said);
      assertEquals(200, worker.status("/livez"));
      eventually(
          Duration.ofSeconds(20),
          worker::said,
          () ->
              worker.log().stream()
                      .filter(event -> event.string("message", "").equals("a process is ready"))
                      .count()
                  == 2);
      worker.awaitJobProcesses(1);
      Lkagent.signal(worker.jobProcesses().iterator().next(), "KILL");
      worker.awaitLog("a process failed", "reason", "crashed");
      worker.signal("TERM");
      worker.awaitExit();
    }
  }

  /** Busy is what this container may use, not what the machine has left. */
  @Test
  void cpuQuota_isUsedUp_andTheWorkerIsFullOnAnIdleMachine() {
    try (TestCgroup group = TestCgroup.cpu(25);
        ServerUnderTest server = DevServerUnderTest.start();
        Lkagent worker = worker(group, server, "busy", "--load", "cpu")) {
      worker.awaitLog("registered");
      new ServerApi(server).createRoom("busy", "outside");
      eventually(
          Duration.ofSeconds(60),
          worker::said,
          () -> worker.get("/metrics").body().contains("lkagent_full_transitions_total 1.0"));
    }
  }

  private Lkagent worker(
      TestCgroup group, ServerUnderTest server, String behaviour, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--exec", "/bin/sh " + ShellAgent.script() + " " + behaviour));
    arguments.addAll(List.of(more));
    return Lkagent.startBehind(
        group.enter(),
        folder,
        Lkagent.keys(server),
        Lkagent.workerArguments(arguments.toArray(String[]::new)));
  }
}
