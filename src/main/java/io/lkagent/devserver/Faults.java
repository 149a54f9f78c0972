package io.lkagent.devserver;

import java.time.Duration;
import java.util.Set;

/** What a {@link DevServer} can be told to do wrong, at any time, from any thread. */
public interface Faults {
  /** The methods of the server API, whose replies can be dropped. */
  Set<String> METHODS =
      Set.of(
          "CreateRoom",
          "ListRooms",
          "DeleteRoom",
          "ListParticipants",
          "GetParticipant",
          "RemoveParticipant",
          "UpdateRoomMetadata",
          "CreateDispatch",
          "DeleteDispatch",
          "ListDispatch");

  /** Holds each answer of the server API back for this long; zero ends it. */
  void delayAnswers(Duration delay);

  /** Holds each message to a worker back for this long; zero ends it. */
  void delayWorkerMessages(Duration delay);

  /**
   * Does the work of the next {@code times} calls of this method ({@code CreateDispatch}, say), and
   * cuts their connections instead of answering.
   */
  void dropReplies(String method, int times);

  /** Answers WebSocket upgrades with 503 while true. */
  void refuseUpgrades(boolean refuse);

  /** Cuts the connection of every worker without a close frame; says how many. */
  int cutWorkers();

  /** Cuts the connection of every participant without a close frame; says how many. */
  int cutParticipants();

  /**
   * Forgets every registered worker and its jobs while their connections stay up, as a server does
   * that lost its memory; says how many.
   */
  int forgetWorkers();

  /** Ends the delays, the dropping of replies and the refusing of upgrades. */
  void clear();
}
