package io.lkagent.frameworks;

import io.lkagent.frameworks.HostAction.Disown;
import io.lkagent.frameworks.HostAction.Hand;
import io.lkagent.frameworks.HostAction.Kill;
import io.lkagent.frameworks.HostAction.Mourn;
import io.lkagent.frameworks.HostAction.Pass;
import io.lkagent.frameworks.HostAction.Ping;
import io.lkagent.frameworks.HostAction.Quit;
import io.lkagent.frameworks.HostAction.Refuse;
import io.lkagent.frameworks.HostAction.Reply;
import io.lkagent.frameworks.HostAction.Report;
import io.lkagent.frameworks.HostAction.Spawn;
import io.lkagent.frameworks.HostState.Closed;
import io.lkagent.frameworks.HostState.Down;
import io.lkagent.frameworks.HostState.Ending;
import io.lkagent.frameworks.HostState.Retired;
import io.lkagent.frameworks.HostState.Serving;
import io.lkagent.frameworks.HostState.Starting;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.lifecycle.Machine;
import io.lkagent.lifecycle.Machine.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What follows what in the life of an app's host: a pure, total function. A host that served and is
 * gone is started anew at once, and what it had been told goes to the new one, once; one that does
 * not come up rests ever longer, and what is wanted meanwhile is refused with the cause, so that
 * whoever wants it can slow down in turn. It is longer than most classes here because it is one
 * table.
 */
final class HostLifecycle {
  /** How long a host that said failed may take to end by itself, and SIGKILL to be heeded. */
  static final long OWN_END = Duration.ofSeconds(2).toNanos();

  /** A host that served this long has nothing to do with the failures before it. */
  static final long PROVEN = Duration.ofSeconds(30).toNanos();

  /** How many hosts in a row may serve and die young before the next one has to wait. */
  static final int QUICK = 3;

  private static final int MAX_DOUBLINGS = 20;

  private final HostTimes times;

  HostLifecycle(HostTimes times) {
    this.times = times;
  }

  Starting initial(long now) {
    return new Starting(1, 0, now + times.describe().toNanos(), "", List.of());
  }

  long wakeAt(HostState state) {
    return switch (state) {
      case Starting s -> earliest(s.deadline(), s.waiting(), false);
      case Serving s -> {
        long due = earliest(s.nextPingAt(), s.told().values(), true);
        yield s.silentSince() == Machine.NEVER ? due : Math.min(due, silentUntil(s));
      }
      case Ending s -> earliest(s.deadline(), s.waiting(), false);
      case Down s -> s.retryAt();
      case Retired retired -> Machine.NEVER;
      case Closed closed -> Machine.NEVER;
    };
  }

  private static long earliest(long first, Iterable<Wanted> wanted, boolean forks) {
    long earliest = first;
    for (Wanted one : wanted) {
      if (forks || !one.fork()) {
        earliest = Math.min(earliest, one.deadline());
      }
    }
    return earliest;
  }

  private long silentUntil(Serving s) {
    return s.silentSince() + times.silence().toNanos();
  }

  Step<HostState, HostAction> next(HostState state, HostEvent event, long now) {
    if (event instanceof HostEvent.CloseAsked) {
      return close(state);
    }
    return switch (state) {
      case Starting s -> starting(s, event, now);
      case Serving s -> serving(s, event, now);
      case Ending s -> ending(s, event, now);
      case Down s -> down(s, event, now);
      case Retired s -> refusing(s, event, "the app's processes are not made by a host");
      case Closed s -> refusing(s, event, "the worker ends");
    };
  }

  private Step<HostState, HostAction> starting(Starting s, HostEvent event, long now) {
    return switch (event) {
      case HostEvent.Said(int of, FromHost said) ->
          of == s.generation() ? startingSaid(s, said, now) : late(s, said);
      case HostEvent.Asked(Wanted wanted) -> Step.of(s.with(plus(s.waiting(), wanted)));
      case HostEvent.SpawnFailed(int _, String error) ->
          failed(s.generation(), s.failures(), fault(error), s.waiting(), now);
      case HostEvent.Exited(int of, String how) ->
          of == s.generation()
              ? failed(s.generation(), s.failures(), fault(how), s.waiting(), now)
              : Step.of(s);
      case HostEvent.Broke(int of, String detail) ->
          of == s.generation() ? kill(s, fault(detail), now) : Step.of(s);
      case HostEvent.ChannelClosed(int of) ->
          of == s.generation()
              ? Step.of(new Ending(of, s.failures(), false, null, now + OWN_END, s.waiting()))
              : Step.of(s);
      case HostEvent.Tick tick -> startingTick(s, now);
      case HostEvent.CloseAsked close -> close(s);
    };
  }

  private Step<HostState, HostAction> startingSaid(Starting s, FromHost said, long now) {
    return switch (said) {
      case FromHost.Hello(int protocol, long _, String _) ->
          protocol == JobProtocol.VERSION
              ? Step.of(s)
              : kill(s, fault("the app's host speaks protocol " + protocol), now);
      case FromHost.Phase(String name, long _, long _) ->
          Step.of(new Starting(s.generation(), s.failures(), s.deadline(), name, s.waiting()));
      case FromHost.App(AppDescription app) -> described(s, app, now);
      case FromHost.Failed(AppFault fault) ->
          Step.of(
              new Ending(s.generation(), s.failures(), false, fault, now + OWN_END, s.waiting()));
      case FromHost.Forked forked -> late(s, forked);
      case FromHost.ForkFailed failed -> Step.of(s);
      case FromHost.Exited exited -> Step.of(s);
      case FromHost.Answered answered -> Step.of(s);
      case FromHost.Pong pong -> Step.of(s);
      case FromHost.Unknown unknown -> Step.of(s);
    };
  }

  private Step<HostState, HostAction> described(Starting s, AppDescription app, long now) {
    List<HostAction> actions = new ArrayList<>(List.of(new HostAction.Describe(app)));
    if (!app.needsHost()) {
      actions.add(new Quit());
      s.waiting().forEach(w -> actions.add(new Refuse(w, "the app has no use for a host")));
      return new Step<>(new Retired(), actions);
    }
    Serving serving =
        new Serving(
            s.generation(),
            s.failures(),
            now,
            now + times.pingInterval().toNanos(),
            Machine.NEVER,
            Map.of());
    for (Wanted wanted : s.waiting()) {
      Step<HostState, HostAction> told = tell(serving, wanted, now);
      actions.addAll(told.actions());
      serving = (Serving) told.state();
    }
    return new Step<>(serving, actions);
  }

  private Step<HostState, HostAction> startingTick(Starting s, long now) {
    if (now - s.deadline() >= 0) {
      String after = "the app is not loaded after " + times.describe().toSeconds() + " s";
      String loaded = s.phase().isEmpty() ? "" : " (the last part that was: " + s.phase() + ")";
      String remedy = "; does its import wait for something? --init-timeout gives it longer";
      return kill(s, fault(after + loaded + remedy), now);
    }
    Expired expired = expired(s.waiting(), now);
    return new Step<>(s.with(expired.left()), expired.refusals());
  }

  private Step<HostState, HostAction> serving(Serving s, HostEvent event, long now) {
    return switch (event) {
      case HostEvent.Said(int of, FromHost said) ->
          of == s.generation() ? said(s, said, now) : late(s, said);
      case HostEvent.Asked(Wanted wanted) -> tell(s, wanted, now);
      case HostEvent.Exited(int of, String how) ->
          of == s.generation()
              ? again(s.generation(), failures(s, now), how, again(s, now), now)
              : Step.of(s);
      case HostEvent.Broke(int of, String detail) ->
          of == s.generation() ? kill(s, detail, now) : Step.of(s);
      case HostEvent.ChannelClosed(int of) ->
          of == s.generation() ? Step.of(ending(s, null, now)) : Step.of(s);
      case HostEvent.Tick tick -> servingTick(s, now);
      case HostEvent.SpawnFailed failed -> Step.of(s);
      case HostEvent.CloseAsked close -> close(s);
    };
  }

  private Step<HostState, HostAction> tell(Serving s, Wanted wanted, long now) {
    Wanted told = wanted.fork() ? wanted.until(now + times.fork().toNanos()) : wanted;
    Map<String, Wanted> all = new LinkedHashMap<>(s.told());
    all.put(told.id(), told);
    // An answer may take its time; only the fork is a sign of life.
    long silent = wanted.fork() ? Math.min(s.silentSince(), now) : s.silentSince();
    return Step.of(s.with(silent, all), new Pass(told));
  }

  private Step<HostState, HostAction> said(Serving s, FromHost said, long now) {
    return switch (said) {
      case FromHost.Forked(String id, long _) ->
          s.told().containsKey(id) ? done(s, id, new Hand(id), now) : late(s, said);
      case FromHost.ForkFailed(String id, String error) -> {
        Wanted wanted = s.told().get(id);
        yield wanted == null
            ? heard(s, now)
            : done(s, id, new Refuse(wanted, "the host cannot fork: " + error), now);
      }
      case FromHost.Answered(String id, Answer answer) ->
          s.told().containsKey(id) ? done(s, id, new Reply(id, answer), now) : heard(s, now);
      case FromHost.Failed(AppFault fault) -> kill(s, fault.line(), now);
      case FromHost.Pong pong -> heard(s, now);
      case FromHost.Exited exited -> heard(s, now);
      case FromHost.Hello hello -> heard(s, now);
      case FromHost.Phase phase -> heard(s, now);
      case FromHost.App app -> heard(s, now);
      case FromHost.Unknown unknown -> heard(s, now);
    };
  }

  private static Step<HostState, HostAction> done(
      Serving s, String id, HostAction action, long now) {
    Map<String, Wanted> left = new LinkedHashMap<>(s.told());
    left.remove(id);
    Serving next = s.with(s.silentSince(), left);
    return Step.of(next.with(silentSince(next, now), left), action);
  }

  private static Step<HostState, HostAction> heard(Serving s, long now) {
    return Step.of(s.with(silentSince(s, now), s.told()));
  }

  private static long silentSince(Serving s, long now) {
    return s.owesForks() ? now : Machine.NEVER;
  }

  /** A process of a fork that was given up: it must not live on without an owner. */
  private static Step<HostState, HostAction> late(HostState s, FromHost said) {
    return said instanceof FromHost.Forked(String id, long _)
        ? Step.of(s, new Disown(id))
        : Step.of(s);
  }

  private Step<HostState, HostAction> servingTick(Serving s, long now) {
    if (s.silentSince() != Machine.NEVER && now - silentUntil(s) >= 0) {
      return kill(
          s, "the app's host has said nothing for " + times.silence().toMillis() + " ms", now);
    }
    for (Wanted wanted : s.told().values()) {
      if (wanted.fork() && now - wanted.deadline() >= 0) {
        return kill(
            s,
            "the app's host talks, and has not forked for " + times.fork().toSeconds() + " s",
            now);
      }
    }
    Expired expired = expired(s.told().values(), now);
    Map<String, Wanted> left = new LinkedHashMap<>();
    expired.left().forEach(wanted -> left.put(wanted.id(), wanted));
    List<HostAction> actions = new ArrayList<>(expired.refusals());
    if (now - s.nextPingAt() < 0) {
      return new Step<>(s.with(s.silentSince(), left), actions);
    }
    actions.add(new Ping(now));
    return new Step<>(
        new Serving(
            s.generation(),
            s.failures(),
            s.since(),
            now + times.pingInterval().toNanos(),
            Math.min(s.silentSince(), now),
            left),
        actions);
  }

  private Step<HostState, HostAction> ending(Ending s, HostEvent event, long now) {
    return switch (event) {
      case HostEvent.Exited(int of, String how) -> {
        if (of != s.generation()) {
          yield Step.of(s);
        }
        yield s.served()
            ? again(s.generation(), s.failures(), worded(s, how).line(), s.waiting(), now)
            : failed(s.generation(), s.failures(), worded(s, how), s.waiting(), now);
      }
      case HostEvent.Asked(Wanted wanted) -> Step.of(s.with(plus(s.waiting(), wanted)));
      case HostEvent.Said(int _, FromHost said) -> late(s, said);
      case HostEvent.Tick tick -> {
        Expired expired = expired(s.waiting(), now);
        if (now - s.deadline() < 0) {
          yield new Step<>(s.with(expired.left()), expired.refusals());
        }
        List<HostAction> actions = new ArrayList<>(expired.refusals());
        AppFault fault = s.fault();
        actions.add(new Kill(fault == null ? "it closed its channel" : fault.line()));
        Ending later =
            new Ending(
                s.generation(), s.failures(), s.served(), s.fault(), now + OWN_END, expired.left());
        yield new Step<>(later, actions);
      }
      case HostEvent.Broke broke -> Step.of(s);
      case HostEvent.ChannelClosed closed -> Step.of(s);
      case HostEvent.SpawnFailed failed -> Step.of(s);
      case HostEvent.CloseAsked close -> close(s);
    };
  }

  /** What the app's fault is, or else what broke its host; its last words say more than that. */
  private static AppFault worded(Ending s, String how) {
    AppFault fault = s.fault();
    if (fault == null) {
      return fault(how);
    }
    return s.served() || fault.kind() != AppFault.Kind.HOST
        ? fault
        : fault(fault.line() + " (" + how + ")");
  }

  private Step<HostState, HostAction> down(Down s, HostEvent event, long now) {
    return switch (event) {
      case HostEvent.Asked(Wanted wanted) -> Step.of(s, new Refuse(wanted, s.why()));
      case HostEvent.Tick tick ->
          now - s.retryAt() < 0
              ? Step.of(s)
              : start(s.generation() + 1, s.failures(), List.of(), List.of(), now);
      case HostEvent.Said(int _, FromHost said) -> late(s, said);
      case HostEvent.Exited exited -> Step.of(s);
      case HostEvent.Broke broke -> Step.of(s);
      case HostEvent.ChannelClosed closed -> Step.of(s);
      case HostEvent.SpawnFailed failed -> Step.of(s);
      case HostEvent.CloseAsked close -> close(s);
    };
  }

  private static Step<HostState, HostAction> refusing(HostState s, HostEvent event, String why) {
    return switch (event) {
      case HostEvent.Asked(Wanted wanted) -> Step.of(s, new Refuse(wanted, why));
      case HostEvent.Said(int _, FromHost said) -> late(s, said);
      case HostEvent.Tick tick -> Step.of(s);
      case HostEvent.Exited exited -> Step.of(s);
      case HostEvent.Broke broke -> Step.of(s);
      case HostEvent.ChannelClosed closed -> Step.of(s);
      case HostEvent.SpawnFailed failed -> Step.of(s);
      case HostEvent.CloseAsked close -> Step.of(s);
    };
  }

  private static Step<HostState, HostAction> close(HostState state) {
    List<Wanted> waiting =
        switch (state) {
          case Starting s -> s.waiting();
          case Serving s -> List.copyOf(s.told().values());
          case Ending s -> s.waiting();
          case Down down -> List.of();
          case Retired retired -> List.of();
          case Closed closed -> List.of();
        };
    List<HostAction> actions = new ArrayList<>(refusals(waiting, "the worker ends"));
    actions.add(new Quit());
    return new Step<>(new Closed(), actions);
  }

  /** A host that had not described the app: it is given up until it has rested. */
  private Step<HostState, HostAction> failed(
      int generation, int failures, AppFault fault, List<Wanted> waiting, long now) {
    List<HostAction> actions = new ArrayList<>(List.of(new Report(fault)));
    actions.addAll(refusals(waiting, fault.line()));
    return new Step<>(
        new Down(generation, failures + 1, now + rest(failures), fault.line()), actions);
  }

  /** A host that served: another one follows at once, unless this happens again and again. */
  private Step<HostState, HostAction> again(
      int generation, int failures, String how, List<Wanted> waiting, long now) {
    Mourn mourn = new Mourn(how);
    if (failures < QUICK) {
      return start(generation + 1, failures + 1, waiting, List.of(mourn), now);
    }
    List<HostAction> actions = new ArrayList<>(List.of(mourn));
    actions.addAll(refusals(waiting, how));
    return new Step<>(
        new Down(generation, failures + 1, now + rest(failures - QUICK), how), actions);
  }

  private Step<HostState, HostAction> start(
      int generation, int failures, List<Wanted> waiting, List<HostAction> before, long now) {
    List<HostAction> actions = new ArrayList<>(before);
    List<Wanted> kept = new ArrayList<>();
    for (Wanted wanted : waiting) {
      if (!wanted.fork()) {
        kept.add(wanted);
      } else if (wanted.deadline() == Machine.NEVER) {
        kept.add(wanted); // no host was told of it yet
      } else if (wanted.spare() == null) {
        actions.add(new Refuse(wanted, "two hosts ended while they were to fork it"));
      } else {
        // The process may exist, if the host died between the fork and its word of it.
        actions.add(new Disown(wanted.id()));
        kept.add(new Wanted(wanted.spare(), null, true, Machine.NEVER));
      }
    }
    actions.add(new Spawn(generation));
    return new Step<>(
        new Starting(generation, failures, now + times.describe().toNanos(), "", kept), actions);
  }

  private static Step<HostState, HostAction> kill(Starting s, AppFault fault, long now) {
    return Step.of(
        new Ending(s.generation(), s.failures(), false, fault, now + OWN_END, s.waiting()),
        new Kill(fault.line()));
  }

  private Step<HostState, HostAction> kill(Serving s, String why, long now) {
    return Step.of(ending(s, fault(why), now), new Kill(why));
  }

  private static Ending ending(Serving s, @Nullable AppFault fault, long now) {
    return new Ending(s.generation(), failures(s, now), true, fault, now + OWN_END, again(s, now));
  }

  private static int failures(Serving s, long now) {
    return now - s.since() >= PROVEN ? 0 : s.failures();
  }

  private static List<Wanted> again(Serving s, long now) {
    return expired(s.told().values(), now).left();
  }

  private long rest(int failures) {
    long rest = times.firstRest().toNanos() << Math.min(failures, MAX_DOUBLINGS);
    return Math.min(rest, times.longestRest().toNanos());
  }

  private static AppFault fault(String line) {
    return new AppFault(AppFault.Kind.HOST, line);
  }

  private static List<Wanted> plus(List<Wanted> some, Wanted one) {
    List<Wanted> all = new ArrayList<>(some);
    all.add(one);
    return all;
  }

  private static List<HostAction> refusals(List<Wanted> waiting, String why) {
    return waiting.stream().<HostAction>map(wanted -> new Refuse(wanted, why)).toList();
  }

  /** What nobody waits for any more, and the rest. A fork is only given up with its host. */
  private record Expired(List<Wanted> left, List<HostAction> refusals) {}

  private static Expired expired(Iterable<Wanted> all, long now) {
    List<Wanted> left = new ArrayList<>();
    List<HostAction> refusals = new ArrayList<>();
    for (Wanted wanted : all) {
      if (!wanted.fork() && now - wanted.deadline() >= 0) {
        refusals.add(new Refuse(wanted, "no answer within the time"));
      } else {
        left.add(wanted);
      }
    }
    return new Expired(left, refusals);
  }
}
