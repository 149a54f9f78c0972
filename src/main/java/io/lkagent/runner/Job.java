package io.lkagent.runner;

import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobStart;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.sdk.Agent;
import io.lkagent.sdk.JobContext;
import io.lkagent.sdk.MediaUnavailableException;
import io.lkagent.sdk.Participant;
import io.lkagent.sdk.Room;
import io.lkagent.sdk.RoomException;
import io.lkagent.sdk.ShutdownCallback;
import io.lkagent.sdk.Subscribe;
import io.lkagent.time.Time;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The one job of this process, as its agent sees it. */
final class Job implements JobContext {
  private final JobStart start;
  private final BlockingQueue<Event> events;
  private final ShutdownCallbacks callbacks = new ShutdownCallbacks();
  private final AtomicLong messages = new AtomicLong();
  private final AtomicBoolean activityDue = new AtomicBoolean();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Object connecting = new Object();
  private volatile @Nullable String ended;
  private volatile @Nullable RoomView room;

  Job(JobStart start, BlockingQueue<Event> events) {
    this.start = start;
    this.events = events;
  }

  /** What calls the agent, once, and reports how it ended. */
  Runnable entryPoint(Agent agent) {
    return new EntryPoint(agent, this, events);
  }

  /** The one call of the agent's code; a class, because a first lambda costs milliseconds. */
  private record EntryPoint(Agent agent, Job job, BlockingQueue<Event> events) implements Runnable {
    @Override
    public void run() {
      @Nullable Throwable thrown = null;
      try {
        agent.run(job);
      } catch (Throwable e) {
        thrown = e;
      }
      events.add(new Event.EntryPointEnded(thrown));
    }
  }

  ShutdownCallbacks callbacks() {
    return callbacks;
  }

  /** What the worker is told about the room. */
  FromChild.Activity activity() {
    activityDue.set(false);
    int humans = 0;
    for (Participant participant : participants()) {
      humans += participant.isHuman() ? 1 : 0;
    }
    return new FromChild.Activity(humans, messages.get());
  }

  /** Wakes everybody who waits for the end; the first reason stays. */
  void end(String reason) {
    lock.lock();
    try {
      if (ended == null) {
        ended = reason;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #end}, and the worker is told why before a woken entry point can return. */
  void endedBy(boolean success, String reason) {
    lock.lock();
    try {
      events.add(new Event.JobEnded(success, reason));
      end(reason);
    } finally {
      lock.unlock();
    }
  }

  void roomChanged() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    activityChanged();
  }

  private void activityChanged() {
    if (activityDue.compareAndSet(false, true)) {
      events.add(new Event.ActivityChanged());
    }
  }

  void leaveRoom() {
    RoomView joined = room;
    if (joined != null) {
      joined.leave();
    }
  }

  @Override
  public Room connect(Subscribe subscribe) throws RoomException {
    synchronized (connecting) {
      RoomView joined = room;
      if (joined != null) {
        return joined;
      }
      if (!start.media().equals(JobStart.MEDIA_DEV)) {
        throw new MediaUnavailableException(
            "this version of lkagent joins rooms of its dev server only, and has no engine for"
                + " LiveKit's media yet");
      }
      RoomView view = new RoomView(start.room().name(), this);
      RoomConnector.Link link = new DevRoom().connect(start, subscribe, view);
      if (anotherRoom(link.roomSid())) {
        link.leave();
        endedBy(true, "room-closed");
        throw new RoomException(
            "the room was deleted and made again before the agent joined", null);
      }
      view.connected(link);
      room = view;
      roomChanged(); // those who were here already were told before the room could be asked
      return view;
    }
  }

  private boolean anotherRoom(String sid) {
    return !sid.isEmpty() && !start.room().sid().isEmpty() && !sid.equals(start.room().sid());
  }

  @Override
  public List<Participant> participants() {
    RoomView joined = room;
    return joined == null ? List.of() : joined.participants();
  }

  @Override
  public Optional<Participant> waitForParticipant(Duration limit) throws InterruptedException {
    long deadline = Time.raw().deadline(limit);
    lock.lockInterruptibly();
    try {
      while (ended == null) {
        for (Participant participant : participants()) {
          if (participant.isHuman()) {
            return Optional.of(participant);
          }
        }
        long left = deadline - Time.raw().nanos();
        if (left <= 0) {
          break;
        }
        var _ = changed.await(left, TimeUnit.NANOSECONDS);
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String awaitEnd() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        String reason = ended;
        if (reason != null) {
          return reason;
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onShutdown(String name, ShutdownCallback callback) {
    callbacks.add(name, callback);
  }

  @Override
  public void shutdown(String reason) {
    endedBy(true, reason);
  }

  @Override
  public void messageHandled() {
    messages.incrementAndGet();
    activityChanged();
  }

  @Override
  public Optional<ZoneId> timezone() {
    try {
      return Optional.of(ZoneId.of(Json.parseObject(start.metadata()).string("timezone")));
    } catch (JsonException | DateTimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public String jobId() {
    return start.jobId();
  }

  @Override
  public String roomName() {
    return start.room().name();
  }

  @Override
  public String roomSid() {
    return start.room().sid();
  }

  @Override
  public String roomMetadata() {
    return start.room().metadata();
  }

  @Override
  public String dispatchId() {
    return start.dispatchId();
  }

  @Override
  public String agentName() {
    return start.agentName();
  }

  @Override
  public String metadata() {
    return start.metadata();
  }

  @Override
  public Map<String, String> attributes() {
    return start.attributes();
  }

  @Override
  public String identity() {
    return start.identity();
  }

  @Override
  public String url() {
    return start.url();
  }

  @Override
  public String token() {
    return start.token();
  }
}
