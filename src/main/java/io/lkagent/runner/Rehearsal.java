package io.lkagent.runner;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.ToChild;
import io.lkagent.sdk.Agent;
import io.lkagent.sdk.JobContext;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A job played through for nobody, in a process that is ready and idle: what the real one needs
 * between its start and its agent's entry point is loaded and initialised then, which is most of
 * that time. The room is not rehearsed: that would cost each idle process memory.
 */
final class Rehearsal {
  /** As the worker writes it; two attributes, as one would make another kind of map. */
  private static final String START =
      "{\"type\":\"start\",\"job\":{\"id\":\"rehearsal\",\"dispatch_id\":\"\",\"agent_name\":\"\","
          + "\"metadata\":\"\\n\",\"attributes\":{\"a\":\"\",\"b\":\"\"}},"
          + "\"room\":{\"name\":\"\",\"sid\":\"\",\"metadata\":\"\"},\"identity\":\"\",\"url\":\"\","
          + "\"token\":\"\",\"media\":\"\",\"attempt\":0}";

  /** Enough for the quick compiler; more costs memory and brings nothing. */
  private static final int PRACTICE = 50;

  private Rehearsal() {}

  static void play() {
    LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    events.add(new Event.FromWorker(ToChild.parse(START)));
    if (events.poll() instanceof Event.FromWorker told
        && told.message() instanceof ToChild.Start start) {
      Job job = new Job(start.job(), events);
      var _ = new FromChild.Running().frame();
      events.add(new Event.JobBegun(job, start.job(), Thread.currentThread()));
      job.entryPoint(new Nobody()).run();
      job.activity();
    }
  }

  /** Reads the order so often that the JVM compiles what reads it. */
  static void practise() {
    for (int i = 0; i < PRACTICE; i++) {
      var _ = ToChild.parse(START);
    }
  }

  /** An agent that does nothing. */
  private static final class Nobody implements Agent {
    @Override
    public void run(JobContext job) {}
  }
}
