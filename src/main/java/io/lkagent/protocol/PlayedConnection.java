package io.lkagent.protocol;

import io.lkagent.websocket.Outbox;
import io.lkagent.websocket.WebSocket;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import livekit.LivekitAgent;
import livekit.LivekitModels;

/**
 * A connection to nobody, for a rehearsal: what a server would say is read as it comes on the wire,
 * and what is said to it is written to nowhere.
 */
public final class PlayedConnection implements AutoCloseable {
  private static final byte WHOLE_BINARY = (byte) 0x82;
  private static final byte LENGTH_FOLLOWS = 126;

  /** As long as a real one, or what is read byte by byte would be rehearsed too seldom. */
  private static final String TOKEN = "x".repeat(500);

  /** A real server's rooms name about as many. */
  private static final List<String> CODECS =
      List.of("audio/opus", "audio/red", "video/VP8", "video/H264", "video/VP9", "video/AV1");

  private final WebSocket socket =
      new WebSocket(new Socket(), InputStream.nullInputStream(), OutputStream.nullOutputStream());
  private final Outbox outbox =
      new Outbox(socket, Thread.ofVirtual().name("rehearsal-writer"), cause -> cause);
  private final Consumer<ServerSignal> onSignal;

  /**
   * @param onSignal hears what the server would say, on the thread that plays it
   */
  public PlayedConnection(Consumer<ServerSignal> onSignal) {
    this.onSignal = onSignal;
  }

  /** The server asks whether its job is taken. */
  public void asks(String job) {
    hear(
        LivekitAgent.ServerMessage.newBuilder()
            .setAvailability(LivekitAgent.AvailabilityRequest.newBuilder().setJob(message(job))));
  }

  /** The server assigns a job. */
  public void assigns(String job) {
    hear(
        LivekitAgent.ServerMessage.newBuilder()
            .setAssignment(
                LivekitAgent.JobAssignment.newBuilder().setJob(message(job)).setToken(TOKEN)));
  }

  /** The server ends a job. */
  public void terminates(String job) {
    hear(
        LivekitAgent.ServerMessage.newBuilder()
            .setTermination(LivekitAgent.JobTermination.newBuilder().setJobId(job)));
  }

  private static LivekitAgent.Job.Builder message(String job) {
    LivekitModels.Room.Builder room =
        LivekitModels.Room.newBuilder()
            .setName(job)
            .setSid(job)
            .setEmptyTimeout(300)
            .setDepartureTimeout(20)
            .setCreationTime(1_700_000_000L)
            .setCreationTimeMs(1_700_000_000_000L);
    CODECS.forEach(mime -> room.addEnabledCodecs(LivekitModels.Codec.newBuilder().setMime(mime)));
    return LivekitAgent.Job.newBuilder()
        .setId(job)
        .setDispatchId(job)
        .setAgentName(job)
        .setState(LivekitAgent.JobState.newBuilder().setStartedAt(1_700_000_000_000_000_000L))
        .setRoom(room);
  }

  private void hear(LivekitAgent.ServerMessage.Builder message) {
    byte[] payload = message.build().toByteArray();
    byte[] frame =
        ByteBuffer.allocate(payload.length + 4)
            .put(WHOLE_BINARY)
            .put(LENGTH_FOLLOWS)
            .putShort((short) payload.length)
            .put(payload)
            .array();
    WebSocket one =
        new WebSocket(
            new Socket(), new ByteArrayInputStream(frame), OutputStream.nullOutputStream());
    var _ = new Inbox(one, new Ears()).readAll();
  }

  /** Says something to nobody. */
  public void say(WorkerSignal signal) {
    var _ = outbox.offer(WebSocket.BINARY, Codec.encode(signal));
  }

  @Override
  public void close() {
    outbox.stop(new ConnectionEndedException(new ConnectionEnd.ByUs()));
  }

  /** Hears what is played. */
  private final class Ears implements Inbox.Reader {
    @Override
    public void heard() {}

    @Override
    public void received(ServerSignal signal) {
      onSignal.accept(signal);
    }

    @Override
    public void ping(byte[] payload) {}

    @Override
    public void goodbye() {}
  }
}
