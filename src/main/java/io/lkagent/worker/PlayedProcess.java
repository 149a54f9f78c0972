package io.lkagent.worker;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.ipc.ToChild;
import io.lkagent.process.ExitStatus;
import io.lkagent.process.OsProcess;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** A job process that is none, for a rehearsal: it answers as one would, and serves nobody. */
final class PlayedProcess implements OsProcess {
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final Said said = new Said();

  PlayedProcess() {
    say(new FromChild.Hello(JobProtocol.VERSION, pid(), "rehearsal"));
  }

  private void say(FromChild message) {
    said.chunks.add((message.frame() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void hear(ToChild message) {
    switch (message) {
      case ToChild.Init init -> say(new FromChild.Ready());
      case ToChild.Ping(long t) -> say(new FromChild.Pong(t));
      case ToChild.Start start -> say(new FromChild.Running());
      case ToChild.Shutdown shutdown -> end(new ExitStatus.Exited(0));
      case ToChild.Unknown unknown -> {}
    }
  }

  private void end(ExitStatus how) {
    said.chunks.add(Said.END);
    exit.complete(how);
  }

  @Override
  public long pid() {
    return 0;
  }

  @Override
  public String id() {
    return "rehearsal";
  }

  @Override
  public InputStream fromChild() {
    return said;
  }

  @Override
  public OutputStream toChild() {
    return new Heard();
  }

  @Override
  public InputStream output() {
    return InputStream.nullInputStream();
  }

  @Override
  public boolean holdsCarriers() {
    return false;
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  @Override
  public void kill() {
    end(ExitStatus.ofSignal(9));
  }

  @Override
  public void endSession(long graceMillis) {}

  /** What it says, frame by frame. */
  private static final class Said extends InputStream {
    private static final byte[] END = {};

    private final LinkedBlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();
    private byte[] chunk = {};
    private int at;

    @Override
    public int read() {
      return next() ? chunk[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      if (!next()) {
        return -1;
      }
      int count = Math.min(length, chunk.length - at);
      System.arraycopy(chunk, at, to, offset, count);
      at += count;
      return count;
    }

    private boolean next() {
      try {
        if (at == chunk.length) {
          chunk = chunks.take();
          at = 0;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return at < chunk.length;
    }
  }

  /** What it is told: each frame in one piece, as the worker writes it. */
  private final class Heard extends OutputStream {
    @Override
    public void write(int octet) {
      throw new UnsupportedOperationException("frames only");
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      hear(ToChild.parse(new String(from, offset, length, StandardCharsets.UTF_8).strip()));
    }
  }
}
