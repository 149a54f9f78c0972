package io.lkagent.frameworks;

import io.lkagent.log.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The three connections of one forked process, as they come in; complete once all are there. */
final class ForkStreams implements AutoCloseable {
  private static final Log log = Log.of(ForkStreams.class);

  /** Which of the three a connection is. */
  enum Stream {
    PROTOCOL,
    OUTPUT,
    LIFE
  }

  private final Map<Stream, SocketChannel> channels = new EnumMap<>(Stream.class);
  private final Map<Stream, ByteBuffer> ahead = new EnumMap<>(Stream.class);
  private final CompletableFuture<ForkStreams> complete = new CompletableFuture<>();
  private boolean closed;

  /**
   * Takes a connection.
   *
   * @param read what was read of it behind its first line
   * @return false when it is not wanted
   */
  boolean add(Stream stream, SocketChannel channel, ByteBuffer read) {
    synchronized (this) {
      if (closed || channels.containsKey(stream)) {
        return false;
      }
      channels.put(stream, channel);
      ahead.put(stream, read);
      if (channels.size() < Stream.values().length) {
        return true;
      }
    }
    complete.complete(this);
    return true;
  }

  CompletableFuture<ForkStreams> complete() {
    return complete;
  }

  InputStream in(Stream stream, Runnable atEnd) {
    return new Reading(channel(stream), read(stream), atEnd);
  }

  /** What writes to a stream; closing it ends the stream for the process, and nothing else. */
  OutputStream out(Stream stream) {
    return new Writing(channel(stream));
  }

  private synchronized SocketChannel channel(Stream stream) {
    SocketChannel channel = channels.get(stream);
    if (channel == null) {
      throw new IllegalStateException("no " + stream + " yet");
    }
    return channel;
  }

  private synchronized ByteBuffer read(Stream stream) {
    return ahead.getOrDefault(stream, ByteBuffer.allocate(0));
  }

  @Override
  public void close() {
    Map<Stream, SocketChannel> all;
    synchronized (this) {
      closed = true;
      all = Map.copyOf(channels);
    }
    all.values().forEach(ForkStreams::close);
  }

  static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("closing a process's stream failed", "error", e.getMessage());
    }
  }

  /** What a process writes: first what was read too early, then the connection. */
  private static final class Reading extends InputStream {
    private final SocketChannel channel;
    private final ByteBuffer ahead;
    private final Runnable atEnd;

    Reading(SocketChannel channel, ByteBuffer ahead, Runnable atEnd) {
      this.channel = channel;
      this.ahead = ahead;
      this.atEnd = atEnd;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (ahead.hasRemaining()) {
        int count = Math.min(length, ahead.remaining());
        ahead.get(into, offset, count);
        return count;
      }
      try {
        int count = channel.read(ByteBuffer.wrap(into, offset, length));
        if (count < 0) {
          atEnd.run();
        }
        return count;
      } catch (IOException e) {
        atEnd.run();
        throw e;
      }
    }
  }

  /** What a process reads. */
  private static final class Writing extends OutputStream {
    private final SocketChannel channel;
    private final OutputStream out;

    Writing(SocketChannel channel) {
      this.channel = channel;
      this.out = Channels.newOutputStream(channel);
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      out.write(from, offset, length);
    }

    @Override
    public void close() throws IOException {
      channel.shutdownOutput();
    }
  }
}
