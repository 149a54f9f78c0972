package io.lkagent.probe.faults;

import java.util.List;

/** What is done to the frames between a supervisor and its agent; as they are, unless told. */
interface Tamper {
  Tamper NONE = new Tamper() {};

  /** What the agent reads in place of a frame of its supervisor; must not block. */
  default List<String> toAgent(String frame) {
    return List.of(frame);
  }

  /** What the supervisor reads in place of a frame of the agent; may take its time. */
  default List<String> fromAgent(String frame) {
    return List.of(frame);
  }

  /** Frames to the agent of one type become others. */
  static Tamper to(String type, java.util.function.Function<String, List<String>> change) {
    return new Tamper() {
      @Override
      public List<String> toAgent(String frame) {
        return is(type, frame) ? change.apply(frame) : List.of(frame);
      }
    };
  }

  /** Frames from the agent of one type become others. */
  static Tamper from(String type, java.util.function.Function<String, List<String>> change) {
    return new Tamper() {
      @Override
      public List<String> fromAgent(String frame) {
        return is(type, frame) ? change.apply(frame) : List.of(frame);
      }
    };
  }

  /** Whether a frame has this type; what cannot be read has none. */
  static boolean is(String type, String frame) {
    try {
      return io.lkagent.json.Json.parseObject(frame).string("type", "").equals(type);
    } catch (io.lkagent.json.JsonException e) {
      return false;
    }
  }
}
