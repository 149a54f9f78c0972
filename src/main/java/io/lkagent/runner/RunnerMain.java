package io.lkagent.runner;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.log.OwnPid;
import io.lkagent.time.Time;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;

/** The entry point of a job process that runs a Java agent: {@code RunnerMain [AGENT_CLASS]}. */
public final class RunnerMain {
  static final int OK = 0;
  static final int INIT_FAILED = 1;
  static final int DEFECT = 70;

  /** How long the JVM's shutdown hooks may take when no worker is left to end a hung process. */
  private static final Duration HOOKS = Duration.ofSeconds(1);

  private RunnerMain() {}

  public static void main(String[] args) {
    long start = Time.raw().nanos();
    String agentClass = args.length > 0 ? args[0] : BuiltinAgent.class.getName();
    try {
      LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
      JobChannel channel = open(events);
      long hello = Time.raw().nanos();
      channel.send(
          new FromChild.Hello(JobProtocol.VERSION, OwnPid.find(), runtime(), hello - start));
      Thread reader = new Thread(channel, "protocol");
      reader.setDaemon(true);
      reader.start();
      JobProcess process = new JobProcess(agentClass, hello, channel, events);
      int code = process.run();
      if (process.orphaned()) {
        haltLater(code);
      }
      channel.leave();
      if (code != OK || othersRun()) {
        System.exit(code);
      }
      // Left by the end of main: System.exit first looks for a logger to tell.
    } catch (Throwable e) {
      defect(e);
    }
  }

  /** Whether a thread runs, of the agent's, for whose end the JVM would wait behind main's. */
  private static boolean othersRun() {
    ThreadGroup all = Thread.currentThread().getThreadGroup();
    while (all.getParent() != null) {
      all = all.getParent();
    }
    Thread[] running = new Thread[all.activeCount() * 2 + 16];
    int count = all.enumerate(running);
    for (int i = 0; i < count; i++) {
      if (!running[i].isDaemon() && !running[i].equals(Thread.currentThread())) {
        return true;
      }
    }
    return false;
  }

  private static JobChannel open(LinkedBlockingQueue<Event> events) throws IOException {
    // A pipe can be opened again by its descriptor's name, which needs no native code.
    FileOutputStream out = new FileOutputStream("/dev/fd/" + JobProtocol.FD_TO_WORKER);
    return new JobChannel(new FileInputStream(FileDescriptor.in), out, events);
  }

  private static String runtime() {
    return "java " + System.getProperty("java.version");
  }

  private static void haltLater(int code) {
    Thread.ofPlatform()
        .daemon()
        .name("last resort")
        .start(() -> {
          Time.raw().sleep(HOOKS);
          Runtime.getRuntime().halt(code);
        });
  }

  private static void defect(Throwable e) {
    ChildLog.of(RunnerMain.class)
        .error(
            "this job process cannot go on; it is meant to be started by lkagent, with the job"
                + " protocol on file descriptors 0 and 3 (JOB-PROTOCOL.md)",
            e);
    System.exit(DEFECT);
  }
}
