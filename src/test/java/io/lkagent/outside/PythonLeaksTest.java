package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Proc;
import io.lkagent.testing.ServerUnderTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What rooms of a Python app leave behind in the worker, in the app's host and in the system. */
@Tag("python")
@Timeout(value = 6, unit = TimeUnit.MINUTES) // fifty rooms, one after the other
final class PythonLeaksTest {
  private static final String APP =
      """
      from livekit.agents import AgentServer, JobContext, cli

      server = AgentServer()

      @server.rtc_session()
      async def entry(ctx: JobContext):
          await ctx.connect()

      if __name__ == "__main__":
          cli.run_app(server)
      """;
  private static final int WARM_UP = 10;
  private static final int ROOMS = 40;
  private static final Pattern USED = Pattern.compile("(?:DefNew|Tenured).* used (\\d+)K");

  @TempDir Path folder;

  /** Memory in kilobytes: of the worker its objects, and of all three what is theirs alone. */
  private record Left(
      long objects,
      long worker,
      long host,
      long fresh,
      int workersFiles,
      int hostsFiles,
      Set<Long> zombies) {
    boolean isNoMoreThan(Left before) {
      return objects - before.objects < 25 * ROOMS
          && worker - before.worker < 200 * ROOMS
          && host - before.host < 25 * ROOMS
          && fresh - before.fresh < 25 * ROOMS
          && hostsFiles <= before.hostsFiles
          && workersFiles <= before.workersFiles + 2 // the JVM itself opens one now and then
          && zombies.isEmpty();
    }
  }

  @Test
  void rooms_oneAfterTheOther_leaveNoMemoryDescriptorOrZombie() throws Exception {
    try (ServerUnderTest server = DevServerUnderTest.start();
        PythonRun run = PythonRun.start(folder, server, APP)) {
      serveAndEnd(run, 0, WARM_UP);
      Left before = left(run);
      serveAndEnd(run, WARM_UP, WARM_UP + ROOMS);
      List<Left> after = new ArrayList<>();
      // What is left only for a while is no leak, such as a process that has just ended.
      eventually(
          PythonRun.LONG,
          () -> before + " then " + after,
          () -> {
            after.add(left(run));
            return after.getLast().isNoMoreThan(before);
          });
      run.terminate();
    }
  }

  private static void serveAndEnd(PythonRun run, int from, int to) {
    for (int i = from; i < to; i++) {
      run.serve("room-" + i);
      run.api().deleteRoom("room-" + i);
      run.worker().awaitLog("the job is over", "room_name", "room-" + i);
    }
  }

  private static Left left(PythonRun run) throws IOException {
    run.awaitIdle();
    long worker = run.worker().pid();
    long host = run.host(0);
    long fresh = run.processes("idle").iterator().next();
    return new Left(
        objects(worker),
        anonymous(worker),
        anonymous(host),
        anonymous(fresh),
        files(worker),
        files(host),
        zombies(Set.of(host, worker)));
  }

  /** What is reachable in a JVM. */
  private static long objects(long pid) throws IOException {
    jcmd(pid, "GC.run");
    return USED.matcher(jcmd(pid, "GC.heap_info"))
        .results()
        .mapToLong(used -> Long.parseLong(used.group(1)))
        .reduce(Long::sum)
        .orElseThrow();
  }

  private static String jcmd(long pid, String command) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process asked =
        new ProcessBuilder(jcmd, Long.toString(pid), command).redirectErrorStream(true).start();
    return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Pages that no file stands behind, those that were shared by a fork included. */
  private static long anonymous(long pid) {
    return Proc.text(pid, "status")
        .lines()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  private static int files(long pid) {
    String[] open = Path.of("/proc/" + pid + "/fd").toFile().list();
    return open == null ? -1 : open.length;
  }

  private static Set<Long> zombies(Set<Long> parents) throws IOException {
    Set<Long> found = new TreeSet<>();
    try (var folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path each : folders) {
        long pid = Long.parseLong(each.getFileName().toString());
        if (Proc.text(pid, "stat").contains(") Z ") && parents.contains(Proc.parent(pid))) {
          found.add(pid);
        }
      }
    }
    return found;
  }
}
