package io.lkagent.runner;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.sdk.Agent;
import java.util.concurrent.BlockingQueue;

/**
 * Begins the job on the very thread that has read its start. Between that and the entry point no
 * other thread is waited for: where fifty processes begin at once on a few CPUs, each that has to
 * be woken waits for its turn behind all the others.
 */
record JobStarter(Agent agent, JobChannel channel, BlockingQueue<Event> events, SpareThread spare) {

  /** Says running; what is returned is the entry point, for this thread to run. */
  Runnable begin(JobStart start) {
    Job job = new Job(start, events);
    channel.send(new FromChild.Running());
    events.add(new Event.JobBegun(job, start, Thread.currentThread()));
    spare.give(channel);
    Thread.currentThread().setName("entry point");
    return job.entryPoint(agent);
  }
}
