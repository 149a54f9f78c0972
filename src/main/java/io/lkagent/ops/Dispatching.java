package io.lkagent.ops;

import io.lkagent.api.ApiException;
import io.lkagent.api.LiveKitApi;
import io.lkagent.api.ParticipantInfo;
import io.lkagent.api.RoomInfo;
import io.lkagent.time.Time;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings agents into rooms, one agent of a name into each room: reuses what is there, else asks for
 * one, and waits until it has joined. Several threads may use it at once.
 */
public final class Dispatching {
  private final LiveKitApi api;
  private final Time time;

  public Dispatching(LiveKitApi api, Time time) {
    this.api = api;
    this.time = time;
  }

  /**
   * Brings an agent into a room; returns within the request's patience and a few calls' timeouts.
   */
  public DispatchResult dispatch(DispatchRequest request, DispatchWatcher watcher) {
    return new OneDispatch(api, time, request, watcher).run();
  }

  /** The dispatches of these rooms, or of all when none is named; a missing room has none. */
  public List<RoomDispatch> list(List<String> rooms, DispatchWatcher watcher) throws ApiException {
    List<RoomDispatch> found = new ArrayList<>();
    for (RoomInfo room : api.rooms(rooms)) {
      found.addAll(inRoom(api, time, room.name(), watcher));
    }
    return found;
  }

  /** Ends a dispatch and its agent; false when the room has none of this id. */
  public boolean delete(String room, String dispatchId) throws ApiException {
    if (api.rooms(List.of(room)).isEmpty()) {
      return false;
    }
    try {
      api.deleteDispatch(room, dispatchId);
      return true;
    } catch (ApiException.NotFound e) {
      return false;
    }
  }

  static List<RoomDispatch> inRoom(LiveKitApi api, Time time, String room, DispatchWatcher watcher)
      throws ApiException {
    var dispatches = api.dispatches(room);
    List<ParticipantInfo> participants = dispatches.isEmpty() ? List.of() : api.participants(room);
    return dispatches.stream()
        .map(info -> RoomDispatch.judge(info, participants, time.wall(), watcher::served))
        .toList();
  }
}
