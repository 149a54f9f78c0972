package io.lkagent.probe.faults;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All faults that can be made. */
public final class Faults {
  /** In the order in which they are listed. */
  public static final List<Fault> ALL =
      Stream.of(
              HandshakeFaults.ALL,
              ChannelFaults.ALL,
              SignalFaults.ALL,
              FrameFaults.ALL,
              ExitFaults.ALL)
          .flatMap(List::stream)
          .toList();

  private Faults() {}

  public static Optional<Fault> named(String name) {
    return ALL.stream().filter(fault -> fault.name().equals(name)).findFirst();
  }

  public static List<String> names() {
    return ALL.stream().map(Fault::name).toList();
  }
}
