package io.lkagent.runner;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.ipc.ToChild;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.time.Time;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A job process's life without a process, told event by event. */
final class JobProcessTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final JobChannel channel = new JobChannel(InputStream.nullInputStream(), said, events);

  @AfterEach
  void ownTitle() {
    ProcessTitle.set("java");
  }

  /** The entry point's thread says that it has ended a moment before it has. */
  @Test
  void end_entryPointSaysThatItHasEnded_waitsForNoThread() throws Exception {
    CountDownLatch leave = new CountDownLatch(1);
    Thread entryPoint = Thread.ofVirtual().start(() -> awaitUninterrupted(leave));
    JobProcess process =
        new JobProcess(TestAgents.Degrading.class.getName(), Time.raw().nanos(), channel, events);
    Thread main = Thread.ofVirtual().start(process::run);
    events.add(new Event.FromWorker(new ToChild.Init(2500, 10_000, Map.of())));
    eventually(SOON, () -> said.toString(StandardCharsets.UTF_8).contains("\"ready\""));

    Job job = new Job(ChildUnderTest.job("room"), events);
    events.add(new Event.JobBegun(job, ChildUnderTest.job("room"), entryPoint));
    events.add(new Event.FromWorker(new ToChild.Shutdown("drained", 60_000)));
    events.add(new Event.EntryPointEnded(null));

    assertTrue(main.join(SOON));
    assertTrue(entryPoint.isAlive(), "it was interrupted");
    leave.countDown();
    assertTrue(entryPoint.join(SOON));
    assertFalse(process.orphaned());
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
