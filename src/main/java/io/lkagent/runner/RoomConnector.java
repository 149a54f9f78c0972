package io.lkagent.runner;

import io.lkagent.ipc.JobStart;
import io.lkagent.sdk.DataMessage;
import io.lkagent.sdk.Participant;
import io.lkagent.sdk.RoomException;
import io.lkagent.sdk.Subscribe;

/** A way into rooms; one for each kind of media that a server may have. */
interface RoomConnector {
  /**
   * Joins the job's room. From here on {@code events} hears everything, those that are in the room
   * already first, and never from two threads at once.
   */
  Link connect(JobStart job, Subscribe subscribe, Events events) throws RoomException;

  /** The stay in a room. */
  interface Link {
    /** The id of the room that was joined, empty when the server did not say. */
    String roomSid();

    void send(byte[] payload, String topic) throws RoomException;

    /** Leaves; idempotent, and bounded. */
    void leave();
  }

  /** What happens in a room. */
  interface Events {
    void joined(Participant participant);

    void left(Participant participant);

    void received(DataMessage message);

    /** The agent is not in the room any more, without having asked to leave. */
    void closed(boolean success, String reason);
  }
}
