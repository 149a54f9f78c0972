package io.lkagent.probe;

import java.util.List;

/** What a runtime's own instruments say about a start; from a start of its own, which they slow. */
public sealed interface Inside {
  /** A module that was loaded, and those that were loaded for it. */
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
   */
  record Imports(
      Family family,
      List<Module> roots,
      List<Share> shares,
      int modules,
      long totalNanos,
      long frameworkNanos)
      implements Inside {
    public Imports {
      roots = List.copyOf(roots);
      shares = List.copyOf(shares);
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
