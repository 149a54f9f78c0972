package io.lkagent.runner;

import io.lkagent.sdk.DataMessage;
import io.lkagent.sdk.Participant;
import io.lkagent.sdk.Room;
import io.lkagent.sdk.RoomException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The room as the agent sees it, whatever engine is below; calls its handlers on one thread. */
final class RoomView implements Room, RoomConnector.Events {
  private final String name;
  private final Job job;
  private final Map<String, Participant> present = new LinkedHashMap<>();
  private final List<Consumer<Participant>> joinHandlers = new ArrayList<>();
  private final List<Consumer<Participant>> leaveHandlers = new ArrayList<>();
  private final List<Consumer<DataMessage>> dataHandlers = new ArrayList<>();
  private final LinkedBlockingQueue<Runnable> calls = new LinkedBlockingQueue<>();
  private boolean calling;
  private volatile RoomConnector.@Nullable Link link;

  RoomView(String name, Job job) {
    this.name = name;
    this.job = job;
  }

  void connected(RoomConnector.Link connected) {
    link = connected;
  }

  /** A call of a handler; a class, because a first lambda costs milliseconds. */
  private record Call<T>(Consumer<? super T> handler, T about) implements Runnable {
    @Override
    public void run() {
      handler.accept(about);
    }
  }

  /** In this order, on a thread that an agent without handlers never needs. */
  private synchronized <T> void call(Consumer<? super T> handler, T about) {
    calls.add(new Call<>(handler, about));
    if (!calling) {
      calling = true;
      Thread thread = new Thread(new Caller(), "room");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private <T> void callAll(List<Consumer<T>> handlers, T about) {
    for (Consumer<T> handler : handlers) {
      call(handler, about);
    }
  }

  private final class Caller implements Runnable {
    @Override
    public void run() {
      callHandlers();
    }
  }

  private void callHandlers() {
    try {
      while (true) {
        Runnable call = calls.take();
        try {
          call.run();
        } catch (Throwable e) {
          ChildLog.of(RoomView.class).error("a room handler failed", e, "room_name", name);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void leave() {
    RoomConnector.Link open = link;
    if (open != null) {
      open.leave();
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String sid() {
    RoomConnector.Link open = link;
    return open == null ? "" : open.roomSid();
  }

  @Override
  public synchronized List<Participant> participants() {
    return List.copyOf(present.values());
  }

  @Override
  public synchronized void onJoin(Consumer<Participant> handler) {
    joinHandlers.add(handler);
    for (Participant participant : present.values()) {
      call(handler, participant);
    }
  }

  @Override
  public synchronized void onLeave(Consumer<Participant> handler) {
    leaveHandlers.add(handler);
  }

  @Override
  public synchronized void onData(Consumer<DataMessage> handler) {
    dataHandlers.add(handler);
  }

  @Override
  public void sendData(byte[] payload, String topic) throws RoomException {
    RoomConnector.Link open = link;
    if (open == null) {
      throw new RoomException("not in the room", null);
    }
    open.send(payload, topic);
  }

  @Override
  public void joined(Participant participant) {
    synchronized (this) {
      Participant earlier = present.put(participant.identity(), participant);
      if (earlier != null && !earlier.sid().equals(participant.sid())) {
        callAll(leaveHandlers, earlier);
      }
      if (earlier == null || !earlier.sid().equals(participant.sid())) {
        callAll(joinHandlers, participant);
      }
    }
    job.roomChanged();
  }

  @Override
  public void left(Participant participant) {
    synchronized (this) {
      Participant known = present.get(participant.identity());
      if (known == null || !known.sid().equals(participant.sid())) {
        return;
      }
      present.remove(participant.identity());
      callAll(leaveHandlers, known);
    }
    job.roomChanged();
  }

  @Override
  public synchronized void received(DataMessage message) {
    callAll(dataHandlers, message);
  }

  @Override
  public void closed(boolean success, String reason) {
    job.endedBy(success, reason);
  }
}
