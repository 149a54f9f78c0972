package io.lkagent.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Stream;

/** The known name that was begun, or else the one nearest to what was mistyped. */
final class Suggestion {
  private static final int LEAST_BEGUN = 4;

  private Suggestion() {}

  /** {@code ; did you mean "max-jobs"?}, or nothing when no name is near. */
  static String forTypo(String typed, Collection<String> known) {
    Stream<String> begun =
        known.stream()
            .filter(name -> typed.length() >= LEAST_BEGUN && name.startsWith(typed))
            .sorted(Comparator.comparingInt(String::length));
    Stream<String> near =
        known.stream()
            .filter(name -> distance(typed, name) <= Math.max(2, typed.length() / 3))
            .sorted(Comparator.comparingInt(name -> distance(typed, name)));
    return Stream.concat(begun, near)
        .findFirst()
        .map(name -> "; did you mean \"" + name + "\"?")
        .orElse("");
  }

  /** How many letters must be added, dropped or changed. */
  static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, Math.min(above[j], row[j - 1]) + 1);
      }
      above = row;
    }
    return above[b.length()];
  }
}
