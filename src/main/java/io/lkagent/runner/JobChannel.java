package io.lkagent.runner;

import io.lkagent.ipc.FrameReader;
import io.lkagent.ipc.FrameWriter;
import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.ipc.ToChild;
import io.lkagent.json.JsonException;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The two pipes to the worker. Whoever runs it answers pings at once, whatever the agent does: one
 * thread until the job, another one from there on, because the first one runs the job.
 */
final class JobChannel implements Runnable {
  private final FrameReader reader;
  private final FrameWriter writer;
  private final BlockingQueue<Event> events;
  private volatile boolean leaving;
  private volatile @Nullable JobStarter starter;

  /** Whether the worker wants no job to begin any more. */
  private boolean shutDown;

  JobChannel(InputStream in, OutputStream out, BlockingQueue<Event> events) {
    this.reader = new FrameReader(in, JobProtocol.MAX_FRAME_BYTES);
    this.writer = new FrameWriter(out);
    this.events = events;
  }

  /**
   * Tells the worker; when it is gone, nothing happens, because the end of its pipe says so too.
   */
  void send(FromChild message) {
    try {
      writer.write(message.frame());
    } catch (IOException e) {
      // The reading side ends this process.
    }
  }

  /**
   * Ends the reading at the end of this process: its JVM waits 300 ms for a thread that is in a
   * system call. Linux lets the reading end of a pipe be opened for writing, by an empty line to
   * ourselves; elsewhere, nothing happens. A file in its place would lose what it holds.
   */
  void leave() {
    leaving = true;
    File input = new File("/proc/self/fd/0");
    if (input.isFile()) {
      return;
    }
    try (OutputStream own = new FileOutputStream(input)) {
      own.write('\n');
    } catch (IOException e) {
      // No pipe, or no Linux: then the end takes its time.
    }
  }

  /** Lets a job begin from now on. */
  void takeJob(JobStarter by) {
    starter = by;
  }

  /** Reads until the worker is gone, or the job comes: then it runs that. */
  @Override
  public void run() {
    Runnable entryPoint = null;
    try {
      String frame = reader.next();
      while (frame != null && !leaving) {
        entryPoint = receive(frame);
        if (entryPoint != null) {
          break;
        }
        frame = reader.next();
      }
    } catch (IOException e) {
      ChildLog.of(JobChannel.class).error("the worker's channel cannot be read", e);
    } finally {
      // Whatever ends this thread, memory included: a process that is deaf must not stay.
      if (entryPoint == null) {
        events.add(new Event.ChannelClosed());
      }
    }
    if (entryPoint != null) {
      entryPoint.run();
    }
  }

  /** The entry point to run instead of going on to read; mostly null. */
  private @Nullable Runnable receive(String frame) {
    try {
      ToChild message = ToChild.parse(frame);
      if (message instanceof ToChild.Ping ping) {
        send(new FromChild.Pong(ping.t()));
        return null;
      }
      JobStarter ready = starter;
      if (message instanceof ToChild.Start start && ready != null && !shutDown) {
        starter = null;
        return ready.begin(start.job());
      }
      shutDown |= message instanceof ToChild.Shutdown;
      events.add(new Event.FromWorker(message));
    } catch (JsonException e) {
      ChildLog.of(JobChannel.class).error("a frame of the worker was skipped", e);
    }
    return null;
  }
}
