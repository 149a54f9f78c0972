package io.lkagent.cli;

import io.lkagent.probe.ProbeListener;
import io.lkagent.probe.ProbeRun;
import io.lkagent.time.Time;
import java.io.PrintStream;

/** How a probe goes on, in one line on a terminal that is written over again. */
final class Progress implements ProbeListener, AutoCloseable {
  private static final long EVERY_NANOS = 100_000_000;
  private static final String CLEAR = "\r\u001b[K";
  private static final int MOST_COLUMNS = 79;

  private final PrintStream err;
  private final Time time;
  private final int planned;
  private String step = "";
  private int done;
  private int failed;
  private long shown;
  private boolean drawn;
  private boolean closed;

  Progress(PrintStream err, Time time, int planned) {
    this.err = err;
    this.time = time;
    this.planned = planned;
    this.shown = time.nanos() - EVERY_NANOS;
  }

  @Override
  public synchronized void step(String words) {
    step = words;
    show();
  }

  @Override
  public synchronized void ended(ProbeRun run) {
    done++;
    if (!run.outcome().ready()) {
      failed++;
    }
    if (time.nanos() - shown >= EVERY_NANOS) {
      show();
    }
  }

  private void show() {
    if (closed) {
      return;
    }
    String line =
        "%d of %d%s · %s"
            .formatted(done, planned, failed == 0 ? "" : ", " + failed + " failed", step);
    shown = time.nanos();
    drawn = true;
    err.print(CLEAR + (line.length() > MOST_COLUMNS ? line.substring(0, MOST_COLUMNS) : line));
    err.flush();
  }

  /** Takes the line away. */
  @Override
  public synchronized void close() {
    closed = true;
    if (drawn) {
      drawn = false;
      err.print(CLEAR);
      err.flush();
    }
  }
}
