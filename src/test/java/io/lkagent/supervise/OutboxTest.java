package io.lkagent.supervise;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final AtomicInteger broken = new AtomicInteger();
  private final Outbox outbox = new Outbox("outbox under test", broken::incrementAndGet);

  @Test
  void send_small_isWrittenByTheSender() {
    Written written = new Written();
    outbox.open(written);
    outbox.send("{}");
    assertEquals("{}\n", written.text());
    assertEquals(List.of(Thread.currentThread()), written.threads);
  }

  @Test
  void send_beforeTheProcessIsThere_goesOutInOrderOnceItIs() {
    Written written = new Written();
    outbox.send("1");
    outbox.send("2");
    outbox.open(written);
    outbox.send("3");
    eventually(SOON, () -> written.text().equals("1\n2\n3\n"));
  }

  @Test
  void send_childDoesNotRead_neverBlocks() throws IOException {
    Pipe pipe = Pipe.open();
    outbox.open(Channels.newOutputStream(pipe.sink()));
    String frame = "x".repeat(1000);
    int more = 1_000; // than a pipe holds
    for (int i = 0; i < more; i++) {
      outbox.send(frame); // a sender that wrote by itself would stand here for ever
    }
    outbox.close();
    assertEquals(more * 1001, Channels.newInputStream(pipe.source()).readAllBytes().length);
  }

  @Test
  void send_largeThenSmall_keepsTheOrder() {
    Written written = new Written();
    outbox.open(written);
    String large = "x".repeat(100_000);
    outbox.send(large);
    outbox.send("small");
    eventually(SOON, () -> written.text().length() == 100_007);
    assertTrue(written.text().endsWith("small\n"));
  }

  @Test
  void answered_afterMuchWasSent_letsTheSenderWriteAgain() {
    Written written = new Written();
    outbox.open(written);
    outbox.send("x".repeat(1300));
    outbox.answered();
    outbox.send("y".repeat(1300));
    assertEquals(List.of(Thread.currentThread(), Thread.currentThread()), written.threads);
  }

  @Test
  void close_framesWaiting_endsTheStreamBehindThem() {
    Written written = new Written();
    outbox.send("last");
    outbox.open(written);
    outbox.close();
    outbox.send("too late");
    eventually(SOON, () -> written.closed);
    assertEquals("last\n", written.text());
  }

  @Test
  void send_nobodyReads_isToldOnce() {
    outbox.open(
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("broken pipe");
          }
        });
    outbox.send("{}");
    assertEquals(1, broken.get());
  }

  /** What was written, and by which threads. */
  private static final class Written extends OutputStream {
    private final List<String> text = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      threads.add(Thread.currentThread());
      text.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
      closed = true;
    }

    private String text() {
      return String.join("", text);
    }
  }
}
