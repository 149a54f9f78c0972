package io.lkagent.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.control.RuntimeEntry;
import io.lkagent.json.Json;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that answer, are gone, or say nothing. */
final class SurveyTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final long SELF = ProcessHandle.current().pid();
  private static final long DEAD = Integer.MAX_VALUE;

  @TempDir Path folder;

  @Test
  void folder_missing_knowsOfNobody() throws IOException {
    assertEquals(
        new Survey(List.of(), List.of(), List.of()), Survey.ofHost(folder.resolve("no"), LIMIT));
  }

  @Test
  void workerThatRuns_answers() throws IOException {
    try (RuntimeEntry entry = enter("b", Json.object("name", "b", "pid", SELF));
        RuntimeEntry other = enter("a", Json.object("name", "a", "pid", SELF))) {
      assertTrue(entry != other);
      Survey survey = Survey.ofHost(folder, LIMIT);
      assertEquals(List.of("a", "b"), survey.answered().stream().map(WorkerStatus::name).toList());
      assertEquals(List.of(), survey.gone());
    }
  }

  @Test
  void workerThatDied_isGone_andItsEntryToo() throws IOException {
    Path entry = describe("dead", DEAD);
    Survey survey = Survey.ofHost(folder, LIMIT);
    assertEquals(List.of(new Survey.Gone("dead", DEAD)), survey.gone());
    assertFalse(Files.exists(entry));
  }

  @Test
  void workerWhosePidIsAnothersNow_isGone_too() throws IOException {
    Path entry = describe("reused", SELF);
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(entry.resolve("control.sock")));
    }
    Survey survey = Survey.ofHost(folder, LIMIT);
    assertEquals(List.of(new Survey.Gone("reused", SELF)), survey.gone());
    assertFalse(Files.exists(entry));
  }

  @Test
  void workerThatSaysNothing_isSilent_withinTheLimit() throws IOException {
    Path entry = describe("mute", SELF);
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(entry.resolve("control.sock")));
      Survey survey = Survey.ofHost(folder, Duration.ofMillis(300));
      assertEquals("worker mute (pid " + SELF + ")", survey.silent().getFirst().source());
      assertTrue(
          survey.silent().getFirst().why().startsWith("no answer within 300 ms"),
          survey.toString());
    }
  }

  @Test
  void entry_halfWritten_isNobody() throws IOException {
    Files.createDirectories(folder.resolve("half-1"));
    Files.writeString(folder.resolve("half-1/worker.json"), "{\"name\":");
    Files.createDirectories(folder.resolve("empty-1"));
    assertEquals(new Survey(List.of(), List.of(), List.of()), Survey.ofHost(folder, LIMIT));
  }

  @Test
  void address_whereNobodyListens_isSilent() {
    Survey survey = Survey.ofAddresses(List.of(URI.create("http://127.0.0.1:1")), LIMIT);
    assertEquals(
        List.of(new Survey.Silent("http://127.0.0.1:1", "nobody listens there")), survey.silent());
  }

  private RuntimeEntry enter(String name, Map<String, @Nullable Object> status) throws IOException {
    return RuntimeEntry.enter(
        folder, name, status, command -> Json.object("name", name, "pid", SELF));
  }

  private Path describe(String name, long pid) throws IOException {
    Path entry = Files.createDirectories(folder.resolve(name + "-" + pid));
    Files.writeString(
        entry.resolve("worker.json"), Json.write(Json.object("name", name, "pid", pid)));
    return entry;
  }
}
