package io.lkagent.worker;

import io.lkagent.api.ApiException;
import io.lkagent.api.LiveKitApi;
import io.lkagent.api.RoomInfo;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Follows the rooms of running jobs with one list of rooms for all of them: an agent that is not in
 * its room itself is not told by the server when the room goes.
 */
final class RoomWatch implements AutoCloseable {
  /** Two lists without the room end its job: gone at most 5 s after the room's deletion. */
  static final Duration INTERVAL = Duration.ofMillis(1500);

  private static final Log log = Log.of(RoomWatch.class);

  private final LiveKitApi api;
  private final Supplier<Set<String>> rooms;
  private final Consumer<WorkerEvent.RoomsListed> listed;
  private final Time time;
  private volatile boolean closed;
  private boolean failing;

  RoomWatch(
      LiveKitApi api,
      Supplier<Set<String>> rooms,
      Consumer<WorkerEvent.RoomsListed> listed,
      Time time) {
    this.api = api;
    this.rooms = rooms;
    this.listed = listed;
    this.time = time;
  }

  RoomWatch start() {
    Thread.ofVirtual().name("room-watch").start(this::run);
    return this;
  }

  private void run() {
    while (!closed) {
      Set<String> asked = rooms.get();
      if (!asked.isEmpty()) {
        list(asked);
      }
      time.sleep(INTERVAL);
    }
  }

  private void list(Set<String> asked) {
    try {
      Map<String, WorkerEvent.ListedRoom> found = new HashMap<>();
      for (RoomInfo room : api.rooms(asked)) {
        found.put(room.name(), new WorkerEvent.ListedRoom(room.sid(), room.numParticipants()));
      }
      failing = false;
      listed.accept(new WorkerEvent.RoomsListed(asked, found));
    } catch (ApiException e) {
      if (!failing) {
        log.warn(
            "cannot list rooms; until that works again, the end of a room is noticed only by its agent",
            "error",
            e.getMessage());
      }
      failing = true;
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
