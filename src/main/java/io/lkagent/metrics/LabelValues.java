package io.lkagent.metrics;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Label values that stay few and printable, whatever a reason's text holds. */
final class LabelValues {
  static final String OTHER = "other";

  private static final int MOST = 50;
  private static final Pattern ODD = Pattern.compile("[^a-z0-9_.-]+");
  private static final int LONGEST = 64;

  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  String of(String reason) {
    String value = ODD.matcher(reason.toLowerCase(Locale.ROOT)).replaceAll("-");
    if (value.isBlank() || value.length() > LONGEST) {
      return OTHER;
    }
    return seen.contains(value) || (seen.size() < MOST && seen.add(value)) ? value : OTHER;
  }
}
