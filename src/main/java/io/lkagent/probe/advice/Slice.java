package io.lkagent.probe.advice;

/**
 * One piece of a start's time, which nothing else has.
 *
 * @param name what it was spent on, for people: a component's own name, or its kind's words
 * @param from in nanoseconds since the process was asked for
 * @param to likewise; always later
 */
public record Slice(Kind kind, String name, long from, long to) {
  /** What a piece of time was spent on. */
  public enum Kind {
    /** The system made the process. */
    SPAWN("spawn"),

    /** The runtime started: a JVM, an interpreter, a dynamic linker. */
    RUNTIME("runtime"),

    /** The agent's own code ran, and had not said hello yet. */
    PROGRAM("program until hello"),

    /** Both of them, where the agent does not tell when its own code began. */
    RUNTIME_AND_PROGRAM("runtime and program until hello"),

    /** A critical component, as far as the start waited for it. */
    COMPONENT("component"),

    /** An optional component, while no critical one was at work: it held up those behind it. */
    OPTIONAL("optional component"),

    /** No component says what was done. */
    UNEXPLAINED("unexplained"),

    /** It was ready, and had not answered yet. */
    PONG("ready until first pong");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  static Slice of(Kind kind, long from, long to) {
    return new Slice(kind, kind.words(), from, to);
  }

  public long nanos() {
    return to - from;
  }
}
