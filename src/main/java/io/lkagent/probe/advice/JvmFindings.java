package io.lkagent.probe.advice;

import io.lkagent.probe.Finding;
import io.lkagent.probe.Finding.Severity;
import io.lkagent.probe.Inside;
import java.util.ArrayList;
import java.util.List;

/** What a JVM's own log says about a start. */
final class JvmFindings {
  /** So many classes cost a tenth of a second and more to find, parse and verify. */
  private static final int MANY = 300;

  /** A cache made for this class path leaves only what the JVM cannot keep in one. */
  private static final double STALE = 0.3;

  /** Pauses as long as this are seen in the start; collections happen in any longer one. */
  private static final long PAUSES = 20_000_000;

  private JvmFindings() {}

  static List<Finding> of(Figures figures) {
    if (!(figures.inside() instanceof Inside.Jvm jvm)) {
      return List.of();
    }
    List<Finding> found = new ArrayList<>();
    int outside = jvm.classes() - jvm.fromCache();
    if (outside >= MANY && !jvm.cacheUsed()) {
      found.add(
          new Finding(
              "aot-cache-missing",
              Severity.INFO,
              "%d of %d classes came from no cache%s: %s"
                  .formatted(outside, jvm.classes(), from(jvm), jvm.cache()),
              "train an ahead-of-time cache on a start of this agent (-XX:AOTCacheOutput) and start"
                  + " it with -XX:AOTCache",
              0));
    } else if (outside >= MANY && outside > STALE * jvm.classes()) {
      found.add(
          new Finding(
              "aot-cache-stale",
              Severity.INFO,
              "%d of %d classes came from elsewhere than the ahead-of-time cache%s (%s)"
                  .formatted(outside, jvm.classes(), from(jvm), jvm.cache()),
              "train the cache again, on a whole start of this agent with its present class path",
              0));
    }
    if (jvm.collections() > 0 && jvm.pauseNanos() >= PAUSES) {
      found.add(
          new Finding(
              "gc-during-init",
              Severity.INFO,
              "%s stop the start for %s of %s"
                  .formatted(
                      Words.count(jvm.collections(), "garbage collection"),
                      Words.time(jvm.pauseNanos()),
                      Words.time(figures.wall())),
              "give the heap its size from the beginning (-Xms), or make less garbage while loading",
              jvm.pauseNanos()));
    }
    return found;
  }

  private static String from(Inside.Jvm jvm) {
    return jvm.sources().isEmpty()
        ? ""
        : ", most of all from "
            + jvm.sources().getFirst().where()
            + " ("
            + jvm.sources().getFirst().classes()
            + ")";
  }
}
