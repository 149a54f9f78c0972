package io.lkagent.probe;

import java.util.List;

/** What a runtime's own instruments say about a start; from a start of its own, which they slow. */
public sealed interface Inside {
  /** The part that is lkagent's own adapter between a framework's app and the worker. */
  String ADAPTER = "lkagent";

  /**
   * A module that was loaded, and those that were loaded for it.
   *
   * @param part the package that it belongs to: {@code numpy}, {@code livekit.plugins.silero},
   *     {@code @livekit/agents}, {@code app}; {@code python} for Python's own; {@link #ADAPTER}
   */
  record Module(String name, String part, long ownNanos, long totalNanos, List<Module> children) {
    public Module {
      children = List.copyOf(children);
    }
  }

  /** All modules of one package; {@code framework} when it is LiveKit's framework or below it. */
  record Share(String part, boolean framework, int modules, long ownNanos, long totalNanos) {}

  /**
   * What a Python or Node program loaded.
   *
   * @param roots what was loaded first, slowest first, each with what it loaded itself
   * @param shares by package, most own time first
   * @param once whether that was the load of an app's host, which is done once for all processes
   * @param perStart what each process that was forked from that host loaded on top, before it was
   *     ready; empty unless {@code once}
   * @param notes what the figures leave out, one line each
   */
  record Imports(
      Family family,
      List<Module> roots,
      List<Share> shares,
      int modules,
      long totalNanos,
      long frameworkNanos,
      boolean once,
      List<Module> perStart,
      List<String> notes)
      implements Inside {
    public Imports {
      roots = List.copyOf(roots);
      shares = List.copyOf(shares);
      perStart = List.copyOf(perStart);
      notes = List.copyOf(notes);
    }

    /** Of a process that loaded all of it by itself. */
    public Imports(
        Family family,
        List<Module> roots,
        List<Share> shares,
        int modules,
        long totalNanos,
        long frameworkNanos) {
      this(family, roots, shares, modules, totalNanos, frameworkNanos, false, List.of(), List.of());
    }
  }

  /** How many classes came from one place: a jar, the JDK, a cache. */
  record Source(String where, int classes) {}

  /**
   * What a JVM did until ready.
   *
   * @param classes loaded
   * @param fromCache of them, from an ahead-of-time cache or the JDK's own archive
   * @param sources most classes first
   * @param cacheUsed whether an ahead-of-time cache was in use
   * @param cache which one, or why there is none, in a few words
   */
  record Jvm(
      int classes,
      int fromCache,
      List<Source> sources,
      boolean cacheUsed,
      String cache,
      int collections,
      long pauseNanos)
      implements Inside {
    public Jvm {
      sources = List.copyOf(sources);
    }
  }

  /** Nothing can be said; {@code why} in a few words. */
  record Unknown(String why) implements Inside {}
}
