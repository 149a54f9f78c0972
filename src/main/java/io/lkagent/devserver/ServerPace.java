package io.lkagent.devserver;

import io.lkagent.time.Time;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import livekit.LivekitAgent.JobType;
import org.jspecify.annotations.Nullable;

/**
 * The delays of livekit-server 1.13.5: it asks for the registered names at most once a minute,
 * waits 5 s for the answers, in which each dispatch holds one of 50 places; and it waits 200 ms for
 * the best of the servers that claim a job, or 1 s when none does.
 */
final class ServerPace implements DispatchPace {
  private static final int PLACES = 50;
  private static final Duration CACHE_LIFE = Duration.ofMinutes(1);
  private static final Duration REFRESH = Duration.ofSeconds(5);
  private static final Duration CLAIM = Duration.ofMillis(200);
  private static final Duration UNCLAIMED = Duration.ofSeconds(1);

  private static final Workers.Names NONE = new Workers.Names(Set.of(), Set.of());

  /** What was registered when it was last asked. */
  private record Cache(long asked, long settled, Map<JobType, Workers.Names> names) {}

  private final ControlPlane plane;
  private final Time time;
  private final Semaphore places = new Semaphore(PLACES, true);
  // Guarded by the control plane's lock.
  private @Nullable Cache cache;

  ServerPace(ControlPlane plane, Time time) {
    this.plane = plane;
    this.time = time;
  }

  @Override
  public List<String> namespaces(JobType type, String agentName) throws InterruptedException {
    Cache current = plane.owned(this::current);
    Workers.Names names = current.names().getOrDefault(type, NONE);
    if (agentName.isEmpty()) {
      return List.copyOf(names.namespaces());
    }
    Place place = enter();
    Duration left = left(current);
    boolean known = names.agentNames().contains(agentName);
    if (known && left.isPositive()) {
      var _ = plane.timers().after(left, place::leave);
    } else {
      time.sleep(known ? Duration.ZERO : left);
      place.leave();
    }
    return known ? List.copyOf(names.namespaces()) : List.of();
  }

  private Cache current() {
    Cache known = cache;
    long now = time.nanos();
    if (known != null && now - known.asked() < CACHE_LIFE.toNanos()) {
      return known;
    }
    Map<JobType, Workers.Names> names = new EnumMap<>(JobType.class);
    for (JobType type : List.of(JobType.JT_ROOM, JobType.JT_PUBLISHER, JobType.JT_PARTICIPANT)) {
      names.put(type, plane.workers().names(type));
    }
    Cache fresh = new Cache(now, now + REFRESH.toNanos(), names);
    cache = fresh;
    return fresh;
  }

  private Duration left(Cache of) {
    return Duration.ofNanos(Math.max(0, of.settled() - time.nanos()));
  }

  @Override
  public Place enter() throws InterruptedException {
    places.acquire();
    return places::release;
  }

  @Override
  public Duration claim() {
    return CLAIM;
  }

  @Override
  public Duration unclaimed() {
    return UNCLAIMED;
  }

  @Override
  public void settle() {
    Cache known = plane.owned(() -> cache);
    if (known != null) {
      time.sleep(left(known));
    }
  }

  @Override
  public void newKey() {
    plane.assertOwned();
    cache = null;
  }
}
