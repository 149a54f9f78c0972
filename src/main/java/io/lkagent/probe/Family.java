package io.lkagent.probe;

import java.util.Locale;

/** What an agent runs on, as far as its start can be looked into. */
public enum Family {
  JAVA,
  PYTHON,
  NODE,

  /** Any other program. */
  PROGRAM;

  /** From the hello's own words, such as {@code python 3.11.7}. */
  static Family of(String runtime) {
    String words = runtime.toLowerCase(Locale.ROOT);
    if (words.startsWith("java")) {
      return JAVA;
    }
    if (words.startsWith("python")) {
      return PYTHON;
    }
    return words.startsWith("node") ? NODE : PROGRAM;
  }
}
