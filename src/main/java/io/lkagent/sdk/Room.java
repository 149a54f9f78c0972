package io.lkagent.sdk;

import java.util.List;
import java.util.function.Consumer;

/**
 * The room that the agent is in, as a participant. Handlers are called one at a time, in the order
 * in which things happened, on one thread that belongs to the room; an exception in one of them is
 * logged.
 */
public interface Room {
  String name();

  /** The server's id of this room; a room made again under the same name has another one. */
  String sid();

  /** Who else is here now. */
  List<Participant> participants();

  /** Calls {@code handler} for each one that is here already and for each one that joins. */
  void onJoin(Consumer<Participant> handler);

  /** Calls {@code handler} for each one that leaves from now on. */
  void onLeave(Consumer<Participant> handler);

  /** Calls {@code handler} for each message that is received from now on. */
  void onData(Consumer<DataMessage> handler);

  /**
   * Sends data to everybody in the room.
   *
   * @throws RoomException when the room has been left or cannot be reached
   */
  void sendData(byte[] payload, String topic) throws RoomException;
}
