package io.lkagent.probe.inside;

import io.lkagent.process.ForwardedProcess;
import io.lkagent.process.OsProcess;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process whose output is kept beside whoever reads it. */
final class Overheard extends ForwardedProcess {
  /** More than any import report; an agent that prints without end is cut. */
  private static final int MOST = 8 * 1024 * 1024;

  /** How long the rest of the output may take behind the process's end. */
  private static final Duration REST = Duration.ofMillis(500);

  private final Kept output;

  Overheard(OsProcess process) {
    super(process);
    this.output = new Kept(process.output());
  }

  /** All lines that it printed; waits a little for the end of its output. */
  List<String> lines() {
    try {
      output.ended.get(REST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // A process that it started still holds the pipe: what has come is what there is.
    }
    return output.text().lines().toList();
  }

  @Override
  public InputStream output() {
    return output;
  }

  private static final class Kept extends FilterInputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    Kept(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count;
      try {
        count = super.read(into, offset, length);
      } catch (IOException e) {
        ended.complete(true);
        throw e;
      }
      if (count < 0) {
        ended.complete(true);
      } else {
        keep(into, offset, count);
      }
      return count;
    }

    private synchronized void keep(byte[] from, int offset, int count) {
      if (bytes.size() + count <= MOST) {
        bytes.write(from, offset, count);
      }
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
