package io.lkagent.sdk;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The job that this process was given: one room, from the entry point to the end. */
public interface JobContext {
  String jobId();

  String roomName();

  /** The server's id of the room; a room made again under the same name has another one. */
  String roomSid();

  String roomMetadata();

  /** The dispatch that the job came from; empty for an automatic one of an old server. */
  String dispatchId();

  /** The name that the agent was dispatched under; empty for automatic dispatch. */
  String agentName();

  /** What the dispatch carries for the agent, as it was given. */
  String metadata();

  Map<String, String> attributes();

  /** The user's time zone, when the metadata is a JSON object with a valid {@code timezone}. */
  Optional<ZoneId> timezone();

  /** The identity under which the agent joins. */
  String identity();

  /** The LiveKit server's WebSocket URL. */
  String url();

  /** The agent's token for this room; a secret. */
  String token();

  /**
   * Joins the room; a second call gives the same room.
   *
   * @throws RoomException when it cannot be joined; the message says why
   */
  Room connect(Subscribe subscribe) throws RoomException;

  /** Who else is in the room now; nobody before {@link #connect}. */
  List<Participant> participants();

  /**
   * Waits for the first human in the room.
   *
   * @return empty when {@code limit} has passed or the job ended first
   */
  Optional<Participant> waitForParticipant(Duration limit) throws InterruptedException;

  /**
   * Waits until the job ends: the room closed, the agent was removed, the worker or {@link
   * #shutdown} said so. The one wait without a deadline, because a call has none.
   *
   * @return why, such as {@code room-closed}
   */
  String awaitEnd() throws InterruptedException;

  /**
   * Runs {@code callback} when the job is over, however it ends, in reverse order of registration,
   * after the agent has left the room.
   *
   * @throws IllegalStateException when the callbacks are running already
   */
  void onShutdown(String name, ShutdownCallback callback);

  /** Ends the job as succeeded; {@code reason} is for people. Returns at once. */
  void shutdown(String reason);

  /** Counts one handled message in what the worker reports about this process. */
  void messageHandled();
}
