package io.lkagent.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import io.lkagent.testing.ChildUnderTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real job processes with the test in the worker's place. */
final class RunnerTest {
  private static ChildUnderTest spawn(Class<?> agent) throws Exception {
    return ChildUnderTest.agent(agent.getName());
  }

  @Test
  void handshake_builtinAgent_comesInOrder() throws Exception {
    try (ChildUnderTest child = spawn(BuiltinAgent.class)) {
      FromChild.Hello hello = child.expect(FromChild.Hello.class);
      assertEquals(JobProtocol.VERSION, hello.protocol());
      assertEquals(child.pid(), hello.pid());
      child.init();
      assertEquals(Initialisation.AGENT, child.expect(FromChild.Phase.class).name());
      child.expect(FromChild.Ready.class);
      child.sendRaw("{\"type\":\"of a later version\"}");
      child.sendRaw("garbage");
      child.send(new ToChild.Ping(42));
      assertEquals(42, child.expect(FromChild.Pong.class).t());
      child.startJob(ChildUnderTest.job("room"));
      child.expect(FromChild.Running.class);
      child.shutdown("room-closed");
      assertEquals(0, child.awaitExit());
      child.awaitOutput("job ends");
      assertFalse(child.output().contains("the-token"), child.output());
    }
  }

  @Test
  void ping_componentLoading_isAnswered(@TempDir Path folder) throws Exception {
    Path latch = folder.resolve("latch");
    try (ChildUnderTest child = spawn(TestAgents.Latched.class)) {
      child.expect(FromChild.Hello.class);
      child.send(new ToChild.Init(2500, 10_000, Map.of("latch", latch.toString())));
      child.awaitOutput("loading");
      for (int i = 0; i < 3; i++) {
        child.send(new ToChild.Ping(i));
        assertEquals(i, child.await(FromChild.Pong.class).t());
      }
      Files.createFile(latch);
      FromChild.Phase slow = child.await(FromChild.Phase.class);
      assertEquals("slow", slow.name());
      assertTrue(slow.endNanos() > slow.startNanos() && slow.startNanos() > 0, slow.toString());
      child.expect(FromChild.Ready.class);
    }
  }

  @Test
  void ping_entryPointBlocks_isAnswered() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Spinning.class).toReady()) {
      child.startJob(ChildUnderTest.job("room"));
      child.expect(FromChild.Running.class);
      child.awaitOutput("spinning");
      for (int i = 0; i < 3; i++) {
        child.send(new ToChild.Ping(i));
        assertEquals(i, child.await(FromChild.Pong.class).t());
      }
      child.shutdown("room-closed");
      assertEquals(0, child.awaitExit());
    }
  }

  /** In one piece, as the process may have gone before a second one is written. */
  @Test
  void start_behindAShutdown_runsNothing() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Talker.class).toReady()) {
      String shutdown = new ToChild.Shutdown("drained", 5_000).frame();
      child.sendRaw(shutdown + "\n" + new ToChild.Start(ChildUnderTest.job("room")).frame());
      assertEquals(0, child.awaitExit());
      assertEquals(List.of(), child.rest());
      assertTrue(child.output().contains("process callback drained"), child.output());
      assertFalse(child.output().contains("entered"), child.output());
    }
  }

  @Test
  void shutdown_componentLoading_endsBehindIt(@TempDir Path folder) throws Exception {
    Path latch = folder.resolve("latch");
    try (ChildUnderTest child = spawn(TestAgents.Latched.class)) {
      child.expect(FromChild.Hello.class);
      child.send(new ToChild.Init(2500, 10_000, Map.of("latch", latch.toString())));
      child.awaitOutput("loading");
      child.shutdown("not-needed");
      Files.createFile(latch);
      // A process that did not wait would be gone before its component is.
      List<String> phases = new ArrayList<>();
      while (!phases.contains("slow")) {
        phases.add(child.await(FromChild.Phase.class).name());
      }
      assertEquals(0, child.awaitExit());
    }
  }

  @Test
  void optional_fails_degradesAndIsReady() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Degrading.class)) {
      child.expect(FromChild.Hello.class);
      child.init();
      // The two come from two threads, in any order.
      boolean ready = false;
      FromChild.Degraded degraded = null;
      while (!ready || degraded == null) {
        FromChild message = child.await(FromChild.class);
        ready |= message instanceof FromChild.Ready;
        degraded = message instanceof FromChild.Degraded told ? told : degraded;
      }
      assertEquals("memory", degraded.component());
      assertTrue(degraded.error().contains("no such store"), degraded.error());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "io.lkagent.runner.TestAgents$Failing, component db",
    "io.lkagent.runner.TestAgents$BadStatic, cannot be loaded",
    "io.lkagent.runner.TestAgents$NoConstructor, no public constructor without parameters",
    "io.lkagent.runner.TestAgents$Hungry, --jvm-arg=-Xmx",
    "com.example.Missing, --classpath",
    "java.lang.String, does not implement io.lkagent.sdk.Agent",
  })
  void init_fails_saysClassAndRemedy(String agent, String words) throws Exception {
    try (ChildUnderTest child = ChildUnderTest.agent(agent)) {
      child.expect(FromChild.Hello.class);
      child.init();
      String error = child.await(FromChild.Failed.class).error();
      assertTrue(error.contains(agent) && error.contains(words), error);
      assertFalse(error.contains("\n"), error);
      assertEquals(1, child.awaitExit());
    }
  }

  @Test
  void job_largeMetadataAndNewlineInName_runsOnce() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Talker.class).toReady()) {
      String metadata = "\u0001".repeat(1_000_000); // six bytes each on the wire
      JobStart job =
          ChildUnderTest.job("a\nroom \ud83d\ude00", metadata, "ws://x", JobStart.MEDIA_LIVEKIT);
      child.startJob(job);
      child.startJob(job);
      child.expect(FromChild.Running.class);
      child.awaitOutput("entered " + metadata.length() + " Optional.empty");
      child.shutdown("drained");
      child.shutdown("again");
      assertEquals(0, child.awaitExit());
      child.awaitOutput("job ends");
      child.awaitOutput("a\\nroom");
      assertEquals(
          1, child.outputLines().stream().filter(line -> line.startsWith("entered")).count());
      String output = child.output();
      assertTrue(output.contains("ended drained"), output);
      int second = output.indexOf("second callback drained");
      int first = output.indexOf("first callback drained");
      int process = output.indexOf("process callback drained");
      assertTrue(second >= 0 && second < first && first < process, output);
    }
  }

  @Test
  void timezone_inMetadata_isGiven() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Talker.class).toReady()) {
      String metadata = "{\"timezone\":\"Asia/Tokyo\"}";
      child.startJob(
          ChildUnderTest.job("room", metadata, "ws://127.0.0.1:1", JobStart.MEDIA_LIVEKIT));
      child.awaitOutput("entered " + metadata.length() + " Optional[Asia/Tokyo]");
    }
  }

  @Test
  void entryPoint_throws_failsJobAndRunsCallbacks() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Throwing.class).toReady()) {
      child.startJob(ChildUnderTest.job("room"));
      FromChild.Done done = child.await(FromChild.Done.class);
      assertFalse(done.success());
      assertTrue(done.reason().contains("IOException: broken"), done.reason());
      assertFalse(child.output().contains("callback"), "before the worker answered");
      child.shutdown("job-done");
      assertEquals(0, child.awaitExit());
      child.awaitOutput("callback job-done");
    }
  }

  @Test
  void callback_hangs_isGivenUpAtTheDeadline() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Stubborn.class).toReady()) {
      child.startJob(ChildUnderTest.job("room"));
      assertEquals("enough", child.await(FromChild.Done.class).reason());
      child.send(new ToChild.Shutdown("job-done", 1_000));
      assertEquals(0, child.awaitExit());
      child.awaitOutput("did not end in time");
      assertFalse(child.output().contains("ran after all"), child.output());
    }
  }

  @Test
  void worker_goneWhileIdle_endsTheProcess() throws Exception {
    try (ChildUnderTest child = spawn(BuiltinAgent.class).toReady()) {
      child.hangUp();
      assertEquals(0, child.awaitExit());
    }
  }

  @Test
  void worker_goneDuringJob_runsCallbacks() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Talker.class).toReady()) {
      child.startJob(ChildUnderTest.job("room"));
      child.awaitOutput("entered");
      child.hangUp();
      assertEquals(0, child.awaitExit());
      child.awaitOutput("first callback worker-gone");
    }
  }

  @Test
  void shutdown_duringInit_endsAtOnce() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Latched.class)) {
      child.expect(FromChild.Hello.class);
      child.init();
      child.awaitOutput("loading");
      child.shutdown("drained");
      assertEquals(0, child.awaitExit());
    }
  }

  @Test
  void input_aFile_isLeftAsItIs(@TempDir Path folder) throws Exception {
    Path input = Files.writeString(folder.resolve("input"), "no frame\n");
    String[] command = {
      "sh",
      "-c",
      "exec \"$@\" <\"$0\"",
      input.toString(),
      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
      "-cp",
      System.getProperty("java.class.path"),
      RunnerMain.class.getName()
    };
    try (ChildUnderTest child = ChildUnderTest.start(command)) {
      child.expect(FromChild.Hello.class);
      assertEquals(0, child.awaitExit());
    }
    assertEquals("no frame\n", Files.readString(input));
  }

  @Test
  void done_workerSilent_leavesUnasked() throws Exception {
    try (ChildUnderTest child = spawn(TestAgents.Throwing.class).toReady()) {
      child.startJob(ChildUnderTest.job("room"));
      child.await(FromChild.Done.class);
      assertEquals(0, child.awaitExit());
      child.awaitOutput("callback entry point failed");
    }
  }
}
