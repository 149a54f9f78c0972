package io.lkagent.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.ToChild;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.testing.CompiledAgent;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples, started as the worker starts them. */
final class ExampleAgentsTest {
  @Test
  void shellAgent_wholeLife_speaksTheProtocol() throws Exception {
    try (ChildUnderTest child = ChildUnderTest.start("sh", "examples/shell-agent/agent.sh")) {
      FromChild.Hello hello = child.expect(FromChild.Hello.class);
      assertEquals(1, hello.protocol());
      assertEquals(child.pid(), hello.pid());
      child.init();
      child.expect(FromChild.Ready.class);
      child.send(new ToChild.Ping(123456789));
      assertEquals(123456789, child.expect(FromChild.Pong.class).t());
      String misleading = "{\"type\":\"shutdown\",\"reason\":\"no\"}";
      child.startJob(ChildUnderTest.job(misleading, misleading, "ws://x", "livekit"));
      child.expect(FromChild.Running.class);
      child.awaitOutput("serving a room");
      child.sendRaw("{\"type\":\"later\"}");
      child.shutdown("room-closed");
      assertEquals(0, child.awaitExit());
      child.awaitOutput("leaving: room-closed");
    }
  }

  @Test
  void shellAgent_workerGone_ends() throws Exception {
    try (ChildUnderTest child =
        ChildUnderTest.start("sh", "examples/shell-agent/agent.sh").toReady()) {
      child.hangUp();
      assertEquals(0, child.awaitExit());
    }
  }

  @Test
  void javaAgent_compiledAsItsReadmeSays_isReadyAndEnds(@TempDir Path build) throws Exception {
    Path source = Path.of("examples/java-agent/GreeterAgent.java");
    String classPath = CompiledAgent.classPath(source, build);
    try (ChildUnderTest child = ChildUnderTest.agent("GreeterAgent", classPath).toReady()) {
      child.startJob(ChildUnderTest.job("room"));
      // No server is there: the agent says so, and its callback runs all the same.
      FromChild.Done done = child.await(FromChild.Done.class);
      assertTrue(done.reason().contains("MediaUnavailable"), done.reason());
      child.shutdown("job-done");
      assertEquals(0, child.awaitExit());
      child.awaitOutput("served room, job-done");
    }
  }
}
