package io.lkagent.process;

import io.lkagent.time.Time;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Pipes that nobody reads because nothing has been written to them. Waiting in a read takes a
 * thread of 90 KB for each pipe; one look at all of them, now and then, takes next to nothing.
 */
final class QuietPipes implements AutoCloseable {
  /** How long a child that fills its pipe at once may be held up, at most. */
  private static final Duration LOOK = Duration.ofMillis(200);

  private final Time time;
  private final Map<InputStream, Runnable> quiet = new ConcurrentHashMap<>();
  private boolean looking;
  private volatile boolean closed;

  QuietPipes(Time time) {
    this.time = time;
  }

  /** Runs {@code then} once there is something to read, or when {@link #stir} is called first. */
  synchronized void watch(InputStream pipe, Runnable then) {
    quiet.put(pipe, then);
    if (!looking) {
      looking = true;
      Thread.ofVirtual().name("quiet-pipes").start(this::look);
    }
  }

  private void look() {
    while (!closed) {
      for (InputStream pipe : List.copyOf(quiet.keySet())) {
        if (written(pipe)) {
          stir(pipe);
        }
      }
      time.sleep(LOOK);
    }
  }

  /** Never asks a pipe that is being read: the answer would wait for the read to end. */
  private synchronized boolean written(InputStream pipe) {
    try {
      return quiet.containsKey(pipe) && pipe.available() > 0;
    } catch (IOException e) {
      return true; // its reader will find out what is wrong
    }
  }

  /** It counts as written to, whether or not it was. */
  void stir(InputStream pipe) {
    Runnable then = forget(pipe);
    if (then != null) {
      then.run();
    }
  }

  private synchronized @Nullable Runnable forget(InputStream pipe) {
    return quiet.remove(pipe);
  }

  /** Looks no more. */
  @Override
  public void close() {
    closed = true;
  }
}
