package io.lkagent.runner;

import io.lkagent.ipc.FrameReader;
import io.lkagent.ipc.FrameWriter;
import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.ipc.ToChild;
import io.lkagent.json.JsonException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;

/** The two pipes to the worker. Its own thread answers pings at once, whatever the agent does. */
final class JobChannel implements Runnable {
  private final FrameReader reader;
  private final FrameWriter writer;
  private final BlockingQueue<Event> events;
  private volatile boolean leaving;

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
   * ourselves; elsewhere, nothing happens.
   */
  void leave() {
    leaving = true;
    try (OutputStream own = new FileOutputStream("/proc/self/fd/0")) {
      own.write('\n');
    } catch (IOException e) {
      // No pipe, or no Linux: then the end takes its time.
    }
  }

  /** Reads until the worker is gone. */
  @Override
  public void run() {
    try {
      for (String frame = reader.next(); frame != null && !leaving; frame = reader.next()) {
        receive(frame);
      }
    } catch (IOException e) {
      ChildLog.of(JobChannel.class).error("the worker's channel cannot be read", e);
    } finally {
      // Whatever ends this thread, memory included: a process that is deaf must not stay.
      events.add(new Event.ChannelClosed());
    }
  }

  private void receive(String frame) {
    try {
      ToChild message = ToChild.parse(frame);
      if (message instanceof ToChild.Ping ping) {
        send(new FromChild.Pong(ping.t()));
      } else {
        events.add(new Event.FromWorker(message));
      }
    } catch (JsonException e) {
      ChildLog.of(JobChannel.class).error("a frame of the worker was skipped", e);
    }
  }
}
