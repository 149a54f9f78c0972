package io.lkagent.runner;

import io.lkagent.sdk.Agent;
import io.lkagent.sdk.Component;
import io.lkagent.sdk.Init;
import io.lkagent.sdk.JobContext;
import io.lkagent.testing.ChildUnderTest;
import java.io.File;
import java.time.Duration;

/** Agents for child processes; they talk to the test by their output and by latch files. */
public final class TestAgents {
  private TestAgents() {}

  /** Says what it does, registers two callbacks and waits for the end. */
  public static final class Talker implements Agent {
    @Override
    public void init(Init init) {
      init.onShutdown("process", reason -> System.out.println("process callback " + reason));
    }

    @Override
    public void run(JobContext job) throws Exception {
      job.onShutdown("first", reason -> System.out.println("first callback " + reason));
      job.onShutdown("second", reason -> System.out.println("second callback " + reason));
      System.out.println("entered " + job.metadata().length() + " " + job.timezone());
      System.out.println("ended " + job.awaitEnd());
    }
  }

  /** Its one critical component waits for the latch file of the option. */
  public static final class Latched implements Agent {
    @Override
    public void init(Init init) {
      File latch = new File(init.options().getOrDefault("latch", "/nonexistent"));
      Component<String> base = init.critical("base", () -> "base");
      init.critical(
          "slow",
          () -> {
            System.out.println("loading");
            ChildUnderTest.awaitInChild(latch);
            return base.get() + " and more";
          });
    }

    @Override
    public void run(JobContext job) {}
  }

  /** Goes on without one of its components. */
  public static final class Degrading implements Agent {
    @Override
    public void init(Init init) {
      init.optional(
          "memory",
          () -> {
            throw new IllegalStateException("no such\nstore");
          });
    }

    @Override
    public void run(JobContext job) {}
  }

  /** Cannot work without a component that fails. */
  public static final class Failing implements Agent {
    @Override
    public void init(Init init) {
      init.critical(
          "db",
          () -> {
            throw new java.io.IOException("connection refused");
          });
    }

    @Override
    public void run(JobContext job) {}
  }

  /** Its entry point throws. */
  public static final class Throwing implements Agent {
    @Override
    public void run(JobContext job) throws Exception {
      job.onShutdown("only", reason -> System.out.println("callback " + reason));
      throw new java.io.IOException("broken");
    }
  }

  /** Ends its job itself and has a callback that hangs. */
  public static final class Stubborn implements Agent {
    @Override
    public void run(JobContext job) throws Exception {
      job.onShutdown("never run", reason -> System.out.println("ran after all"));
      job.onShutdown("hangs", reason -> new java.util.concurrent.CountDownLatch(1).await());
      job.shutdown("enough");
      job.awaitEnd();
    }
  }

  /** Its entry point never returns, heeds no interrupt and gives nothing of its CPU away. */
  public static final class Spinning implements Agent {
    @Override
    public void run(JobContext job) {
      System.out.println("spinning");
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  /** Joins its room and tells what it sees. */
  public static final class Joiner implements Agent {
    @Override
    public void run(JobContext job) throws Exception {
      var room = job.connect(io.lkagent.sdk.Subscribe.AUDIO);
      room.onJoin(participant -> System.out.println("joined " + participant.identity()));
      room.onLeave(participant -> System.out.println("left " + participant.identity()));
      room.onData(message -> {
        job.messageHandled();
        System.out.println("heard " + message.text());
      });
      System.out.println("human " + job.waitForParticipant(Duration.ofSeconds(10)).isPresent());
      room.sendData("hi".getBytes(java.nio.charset.StandardCharsets.UTF_8), "greeting");
      System.out.println("ended " + job.awaitEnd());
    }
  }

  /** Joins its room and has done its work at once. */
  public static final class Quitter implements Agent {
    @Override
    public void run(JobContext job) throws Exception {
      job.connect(io.lkagent.sdk.Subscribe.NONE);
    }
  }

  /** Says goodbye many times and has done its work. */
  public static final class Farewell implements Agent {
    static final int MESSAGES = 20;

    @Override
    public void run(JobContext job) throws Exception {
      var room = job.connect(io.lkagent.sdk.Subscribe.NONE);
      for (int i = 0; i < MESSAGES; i++) {
        room.sendData(("bye " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8), "");
      }
    }
  }

  /** Says when it was entered and when it had joined; for {@code child-cost.py}. */
  public static final class Clocked implements Agent {
    @Override
    public void run(JobContext job) throws Exception {
      long entered = io.lkagent.time.Time.raw().nanos();
      job.connect(io.lkagent.sdk.Subscribe.NONE);
      long joined = io.lkagent.time.Time.raw().nanos();
      System.err.println("clocked " + entered + " " + joined);
      job.awaitEnd();
    }
  }

  /** Sends more than a connection holds. */
  public static final class Flooder implements Agent {
    @Override
    public void run(JobContext job) throws Exception {
      var room = job.connect(io.lkagent.sdk.Subscribe.NONE);
      byte[] much = new byte[1 << 20];
      java.util.Arrays.fill(much, (byte) 'x');
      while (true) {
        room.sendData(much, "");
      }
    }
  }

  /** Cannot be initialised by the JVM. */
  public static final class BadStatic implements Agent {
    static final int VALUE = Integer.parseInt("none");

    @Override
    public void run(JobContext job) {}
  }

  /** Has no constructor that fits. */
  public static final class NoConstructor implements Agent {
    public NoConstructor(int unused) {}

    @Override
    public void run(JobContext job) {}
  }

  /** Needs more memory than there is. */
  public static final class Hungry implements Agent {
    @Override
    public void init(Init init) {
      System.out.println(new long[Integer.MAX_VALUE / 2].length);
    }

    @Override
    public void run(JobContext job) {}
  }
}
