package io.lkagent.runner;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The life of this process, from its init to its exit code; the main thread owns it. */
final class JobProcess {
  private static final long SECOND = 1_000_000_000L;

  /** How long a finished job waits for the worker's word before it leaves the room on its own. */
  private static final long LEAVE_UNASKED = 2 * SECOND;

  /** How long the end may take when the worker is gone and nobody would end a hung process. */
  private static final long ORPHAN_ENDS = 2 * SECOND;

  /** How long the end may take when the worker did not say. */
  private static final long UNASKED_ENDS = 10 * SECOND;

  /** How long an entry point may take to return by itself, and again after an interrupt. */
  private static final long ENTRY_POINT_ENDS = SECOND;

  /** How long what still loads may take before the process ends without it. */
  private static final Duration LOADERS_END = Duration.ofMillis(500);

  /** How long an idle process rests before it practises: others may be starting meanwhile. */
  private static final long PRACTICE_AFTER = 2 * SECOND;

  private static final long ACTIVITY_EVERY = SECOND / 2;
  private static final long NEVER = Long.MAX_VALUE;

  /** Why and until when this process is to end. */
  private record Stop(String reason, long deadline) {}

  private final String agentClass;
  private final long hello;
  private final JobChannel channel;
  private final BlockingQueue<Event> events;
  private final ShutdownCallbacks processCallbacks = new ShutdownCallbacks();
  private final SpareThread spare = new SpareThread();
  private @Nullable Stop stop;
  private boolean orphaned;
  private boolean entryPointEnded;

  JobProcess(String agentClass, long hello, JobChannel channel, BlockingQueue<Event> events) {
    this.agentClass = agentClass;
    this.hello = hello;
    this.channel = channel;
    this.events = events;
  }

  /** True when the worker was gone before the end. */
  boolean orphaned() {
    return orphaned;
  }

  /** Lives; returns the exit code. */
  int run() {
    Initialisation init = awaitInit();
    if (init == null) {
      return RunnerMain.OK;
    }
    String failure = initialise(init);
    if (failure != null) {
      channel.send(new FromChild.Failed(failure));
      init.awaitLoaders(LOADERS_END);
      return RunnerMain.INIT_FAILED;
    }
    Event.JobBegun begun = stop == null ? awaitJob() : null;
    if (begun != null) {
      serve(begun.job(), begun.start(), begun.entryPoint());
    }
    runCallbacks(processCallbacks);
    init.awaitLoaders(LOADERS_END);
    return RunnerMain.OK;
  }

  private @Nullable Initialisation awaitInit() {
    while (stop == null) {
      if (next(NEVER) instanceof Event.FromWorker told
          && told.message() instanceof ToChild.Init i) {
        return new Initialisation(agentClass, i, hello, channel, events, processCallbacks);
      }
    }
    return null;
  }

  /** Initialises; returns what failed. A stop ends it early: what still loads is left alone. */
  private @Nullable String initialise(Initialisation init) {
    Thread thread = new Thread(init, "init");
    thread.setDaemon(true);
    thread.start();
    while (stop == null) {
      if (next(NEVER) instanceof Event.Initialised initialised) {
        if (initialised.failure() == null) {
          channel.takeJob(new JobStarter(init.agent(), channel, events, spare));
          channel.send(new FromChild.Ready());
          ProcessTitle.set(ProcessTitle.IDLE);
          spare.start();
          if (events.isEmpty()) {
            Rehearsal.play();
          }
        }
        return initialised.failure();
      }
    }
    return null;
  }

  private Event.@Nullable JobBegun awaitJob() {
    long practice = Time.raw().nanos() + PRACTICE_AFTER;
    while (stop == null) {
      Event event = next(practice);
      if (event == null) {
        Rehearsal.practise();
        practice = NEVER;
      }
      if (event instanceof Event.JobBegun begun) {
        return begun;
      }
    }
    return null;
  }

  private void serve(Job job, JobStart start, Thread entryPoint) {
    ProcessTitle.set(ProcessTitle.JOB);
    // Nothing is logged here: a first line costs 8 ms of CPU, which fifty processes that start at
    // once take from each other's way to the entry point. The worker says that the agent runs.
    FromChild.Done done = awaitJobEnd(job, start);
    channel.send(job.activity());
    if (done != null) {
      channel.send(done);
      awaitLeave(done);
    }
    leave(job, entryPoint, start);
  }

  private static Log log(JobStart start) {
    return ChildLog.of(JobProcess.class)
        .with(
            "job_id", start.jobId(),
            "room_name", start.room().name(),
            "dispatch_id", start.dispatchId());
  }

  /** Waits for the job's end; null when the worker wants it, which needs no report. */
  private FromChild.@Nullable Done awaitJobEnd(Job job, JobStart start) {
    long reported = Time.raw().nanos() - ACTIVITY_EVERY;
    long due = NEVER;
    while (stop == null) {
      Event event = next(due);
      if (event instanceof Event.EntryPointEnded ended) {
        return done(ended.thrown(), start);
      } else if (event instanceof Event.JobEnded ended) {
        return new FromChild.Done(ended.success(), ended.reason());
      } else if (event instanceof Event.ActivityChanged) {
        due = Math.max(reported + ACTIVITY_EVERY, Time.raw().nanos());
      }
      if (due != NEVER && Time.raw().nanos() - due >= 0) {
        channel.send(job.activity());
        reported = Time.raw().nanos();
        due = NEVER;
      }
    }
    return null;
  }

  private FromChild.Done done(@Nullable Throwable thrown, JobStart start) {
    if (thrown == null) {
      return new FromChild.Done(true, "entry point returned");
    }
    log(start).error("the entry point failed", thrown, "agent", agentClass);
    return new FromChild.Done(false, "entry point failed: " + Failure.withRemedy(thrown));
  }

  /** The worker reports the result to the server before the agent is seen to leave. */
  private void awaitLeave(FromChild.Done done) {
    long until = Time.raw().nanos() + LEAVE_UNASKED;
    while (stop == null) {
      if (next(until) == null) {
        stop = new Stop(done.reason(), Time.raw().nanos() + UNASKED_ENDS);
      }
    }
  }

  private void leave(Job job, Thread entryPoint, JobStart start) {
    Stop end = stopOrDefect();
    job.end(end.reason());
    endEntryPoint(entryPoint);
    job.leaveRoom();
    runCallbacks(job.callbacks());
    log(start).info("job ends", "reason", end.reason(), "agent", agentClass);
  }

  private void endEntryPoint(Thread entryPoint) {
    awaitEntryPoint();
    if (!entryPointEnded) {
      entryPoint.interrupt();
      awaitEntryPoint();
    }
  }

  /** A quarter of what is left at most: the callbacks matter more than a stubborn entry point. */
  private void awaitEntryPoint() {
    long now = Time.raw().nanos();
    long until = now + Math.min(ENTRY_POINT_ENDS, (stopOrDefect().deadline() - now) / 4);
    while (!entryPointEnded && Time.raw().nanos() - until < 0) {
      next(until);
    }
  }

  private void runCallbacks(ShutdownCallbacks callbacks) {
    Thread running = callbacks.start(stopOrDefect().reason(), events);
    boolean ended = running == null;
    while (!ended && Time.raw().nanos() - stopOrDefect().deadline() < 0) {
      ended = next(stopOrDefect().deadline()) instanceof Event.CallbacksEnded;
    }
    if (!ended && running != null) {
      // First, or the one that is interrupted would be followed by the next.
      String unfinished = callbacks.giveUp();
      running.interrupt();
      ChildLog.of(JobProcess.class)
          .error("shutdown callbacks did not end in time", "unfinished", unfinished);
    }
  }

  private Stop stopOrDefect() {
    Stop known = stop;
    if (known == null) {
      throw new IllegalStateException("a defect: the process ends and nobody wanted it");
    }
    return known;
  }

  /**
   * The next event, or null at {@code until}; a wish to stop is noted, the first reason stays, and
   * so is the entry point's end.
   */
  private @Nullable Event next(long until) {
    try {
      Event event =
          until == NEVER
              ? events.take()
              : events.poll(until - Time.raw().nanos(), TimeUnit.NANOSECONDS);
      if (event instanceof Event.FromWorker told
          && told.message() instanceof ToChild.Shutdown shutdown) {
        shutdownWanted(shutdown);
      } else if (event instanceof Event.ChannelClosed) {
        workerGone();
      } else if (event instanceof Event.EntryPointEnded) {
        entryPointEnded = true;
      }
      return event;
    } catch (InterruptedException e) {
      throw new IllegalStateException("a defect: nobody interrupts the main thread", e);
    }
  }

  private void shutdownWanted(ToChild.Shutdown shutdown) {
    if (stop == null) {
      // A tenth stays for the exit itself, so that the worker does not kill what is nearly gone.
      long millis = Math.clamp(shutdown.deadlineMillis(), 0, 86_400_000L);
      stop = new Stop(shutdown.reason(), Time.raw().nanos() + millis * 900_000L);
    }
  }

  private void workerGone() {
    orphaned = true;
    long soon = Time.raw().nanos() + ORPHAN_ENDS;
    Stop known = stop;
    if (known == null) {
      stop = new Stop("worker-gone", soon);
    } else if (known.deadline() - soon > 0) {
      stop = new Stop(known.reason(), soon);
    }
  }
}
