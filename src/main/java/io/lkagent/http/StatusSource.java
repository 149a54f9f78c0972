package io.lkagent.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where {@code /status} gets its answer from. */
@FunctionalInterface
public interface StatusSource {
  /** The worker and its processes; {@code names} says whether the caller may see rooms' names. */
  Map<String, @Nullable Object> current(boolean names);
}
