package io.lkagent.runner;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.ipc.FromChild;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.RawParticipant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job process loads, and when: each class costs every room time and memory. */
final class LoadedClassesTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** What a plain WebSocket needs none of. */
  private static final List<String> HEAVY =
      List.of(
          "java.net.http.",
          "javax.net.ssl.",
          "java.util.regex.",
          "java.util.Formatter",
          "java.time.format.",
          "java.security.MessageDigest",
          "java.security.SecureRandom",
          "java.lang.VirtualThread$");

  @TempDir Path folder = Path.of("");

  private List<String> loaded() {
    try {
      return Files.readAllLines(folder.resolve("classes")).stream()
          .map(line -> line.split(" ", 2)[0])
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> loaded(List<String> prefixes) {
    return loaded().stream().filter(name -> prefixes.stream().anyMatch(name::startsWith)).toList();
  }

  @Test
  void process_idleAndInARoom_loadsNothingHeavy() throws Exception {
    Map<String, String> log =
        Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + folder.resolve("classes") + ":none");
    try (DevServerUnderTest server = DevServerUnderTest.start();
        ChildUnderTest child = ChildUnderTest.agent(log, BuiltinAgent.class).toReady()) {
      // The rehearsal loads what is between a start and the entry point.
      eventually(SOON, () -> loaded().contains(Job.class.getName() + "$EntryPoint"));
      List<String> early =
          loaded(List.of("io.lkagent.websocket.", "io.lkagent.log.Log", DevRoom.class.getName()));
      assertEquals(List.of(), early);
      assertEquals(List.of(), loaded(HEAVY));
      child.startJob(ChildUnderTest.job(server, "room"));
      child.await(FromChild.Activity.class);
      try (RawParticipant ann = RawParticipant.join(server, "room", "ann")) {
        while (child.await(FromChild.Activity.class).participants() != 1) {
          // Not yet.
        }
        ann.say("type", "data", "payload", "hello", "topic", "");
        while (child.await(FromChild.Activity.class).messages() != 1) {
          // Not yet.
        }
      }
      assertEquals(List.of(), loaded(HEAVY));
    }
  }
}
