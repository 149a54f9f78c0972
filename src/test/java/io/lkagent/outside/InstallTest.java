package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.testing.Confined;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * install.sh and what it leaves, after the package phase has built the jars: an installation that
 * works, also when its caches are gone, damaged or of another version.
 */
@Tag("install")
@Isolated("an installation is half a minute of work for all cores")
final class InstallTest {
  private static final Path SCRIPT = Path.of("install.sh").toAbsolutePath();
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String SCRIPT_SAYS = "install.sh: ";

  @TempDir static Path folder;
  private static Path installed;

  private record Run(int exit, String out, String err) {
    @Override
    public String toString() {
      return "exit " + exit + "\nstdout: " + out + "\nstderr: " + err;
    }
  }

  private record Started(Process process, Path out, Path err) {}

  @BeforeAll
  static void install() throws Exception {
    installed = folder.resolve("with a blank");
    Run run = install(installed);
    assertEquals(0, run.exit(), run::toString);
    assertFalse(run.err().contains("no caches"), run::toString);
    assertFalse(run.err().contains("without voice"), run::toString);
  }

  @Test
  void installation_isWholeAndWorksThroughALink() throws Exception {
    for (String file :
        List.of(
            "share/man/man1/lkagent-worker-start.1",
            "share/bash-completion/completions/lkagent",
            "share/zsh/site-functions/_lkagent",
            "share/fish/vendor_completions.d/lkagent.fish",
            "lib/lkagent/vad/silero-16k.weights",
            "lib/lkagent/cache/worker.aot",
            "lib/lkagent/launch")) {
      assertTrue(Files.exists(installed.resolve(file)), file);
    }
    Path link = Files.createSymbolicLink(folder.resolve("a link"), lkagent(installed));
    Run run = run(Map.of(), link.toString(), "--version");
    assertEquals(0, run.exit(), run::toString);
    assertTrue(run.out().startsWith("lkagent "), run::toString);
    assertEquals("", run.err());
  }

  @Test
  void jobProcesses_startFromTheirCache_withTheVoiceDetection() throws Exception {
    Run demo = demo(installed, "--rooms", "3");
    assertEquals("", demo.err());
    assertTrue(demo.out().contains("3 rooms, 3 distinct processes, 0 left"), demo::toString);
    Run shown = javaOptions(installed);
    assertTrue(shown.out().contains("-XX:AOTCache=") && shown.out().contains("commands.aot"));
  }

  /** The commands of examples/ci: first without figures to compare with, then with its own. */
  @Test
  void ciExample_passesTwiceAndFailsWhenTheStartIsTooSlow() throws Exception {
    Path work = Files.createDirectory(folder.resolve("ci"));
    Map<String, String> environment =
        Map.of(
            "LKAGENT",
            lkagent(installed).toString(),
            "BASELINE",
            work.resolve("baseline.json").toString(),
            "REPORTS",
            work.resolve("reports").toString(),
            "MAX_READY",
            "20s",
            "RUNS",
            "5",
            "REGRESSION",
            "900%");
    String check = Path.of("examples/ci/check-init.sh").toAbsolutePath().toString();
    Run first = run(environment, check);
    assertEquals(0, first.exit(), first::toString);
    assertFalse(first.out().contains("Compared with"), first::toString);
    Run second = run(environment, check);
    assertEquals(0, second.exit(), second::toString);
    assertTrue(
        second.out().contains("Compared with " + environment.get("BASELINE") + "\n"),
        second::toString);
    // p50, now, change, p99, now, word
    assertTrue(
        Pattern.compile("(?m)^  ready( +[0-9.]+ m?s){2} +[-+−]?[0-9.]+ %( +[0-9.]+ m?s){2}")
            .matcher(second.out())
            .find(),
        second::toString);
    assertTrue(Files.size(work.resolve("reports/init.xml")) > 0);
    Map<String, String> strict = new HashMap<>(environment);
    strict.put("MAX_READY", "1ms");
    Run run = run(strict, check);
    assertEquals(1, run.exit(), run::toString);
    assertTrue(
        Pattern.compile("(?m)^  ✗ ready\\.p99 .*≤ 1").matcher(run.out()).find(), run::toString);
  }

  @Test
  void caches_missing_costTimeOnly() throws Exception {
    Path copy = copy("missing");
    run(Map.of(), "rm", "-r", copy.resolve("lib/lkagent/cache").toString());
    assertWorksWithoutCaches(copy);
  }

  @Test
  void caches_truncatedOrChanged_costTimeOnly() throws Exception {
    for (String kind : List.of("commands", "worker", "job-")) {
      Path truncated = copy("truncated " + kind);
      Path cache = cache(truncated, kind);
      try (RandomAccessFile file = new RandomAccessFile(cache.toFile(), "rw")) {
        file.setLength(file.length() / 2);
      }
      assertWorksWithoutCaches(truncated);
    }
    Path changed = copy("changed");
    damage(cache(changed, "worker"));
    assertWorksWithoutCaches(changed);
  }

  /** As a disk may do it: with nothing that shows from outside. */
  @Test
  void caches_damagedUnseen_areFoundOut() throws Exception {
    Path copy = copy("unseen");
    for (String kind : List.of("commands", "job-")) {
      Path cache = cache(copy, kind);
      FileTime time = Files.getLastModifiedTime(cache);
      damage(cache);
      Files.setLastModifiedTime(cache, time);
    }
    Run help = run(Map.of(), lkagent(copy).toString(), "status", "--help");
    assertEquals(0, help.exit(), help::toString);
    Run demo = demo(copy, "--rooms", "2");
    assertTrue(demo.err().contains("damaged; they start without it"), demo::toString);
  }

  /** The JDK itself would run the old classes out of the cache. */
  @Test
  void jar_replaced_isTheOneThatRuns() throws Exception {
    Path copy = copy("replaced");
    Path jar = copy.resolve("lib/lkagent/lkagent.jar");
    run(Map.of(), "sh", "-c", "mkdir m && cd m && printf 'Implementation-Version: 99\\n' >new");
    Run updated =
        run(
            Map.of(),
            Path.of(System.getProperty("java.home"), "bin", "jar").toString(),
            "ufm",
            jar.toString(),
            folder.resolve("m/new").toString());
    assertEquals(0, updated.exit(), updated::toString);
    Run version = run(Map.of(), lkagent(copy).toString(), "--version");
    assertEquals("lkagent 99", version.out().strip(), version::toString);
    assertWorksWithoutCaches(copy);
  }

  @Test
  void jdk_another_startsWithoutCaches() throws Exception {
    Map<String, String> other = Map.of("LKAGENT_JAVA_HOME", System.getProperty("java.home"));
    Run run = run(other, "sh", "-x", lkagent(installed).toString(), "--version");
    assertEquals(0, run.exit(), run::toString);
    assertFalse(run.err().contains("AOTCache"), run::toString);
  }

  @Test
  void install_again_twoAtOnce_waitForEachOtherAndLeaveOneWhole() throws Exception {
    Started one = start(Map.of(), install(installed, List.of()));
    Started two = start(Map.of(), install(installed, List.of()));
    Run first = finish(one);
    Run second = finish(two);
    assertEquals(0, first.exit(), first::toString);
    assertEquals(0, second.exit(), second::toString);
    assertTrue((first.err() + second.err()).contains("waiting for it"), first::toString);
    assertTrue(first.err().contains("up to date"), first::toString);
    assertNothingHalfDone(installed);
    assertEquals("", demo(installed, "--rooms", "1").err());
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES) // four installations
  void install_interrupted_leavesTheOldVersionWhole() throws Exception {
    Path copy = copy("interrupted");
    for (String signal : List.of("TERM", "INT", "KILL")) {
      // A shell's background jobs ignore SIGINT; setsid's do not.
      Started process = start(Map.of(), install(copy, List.of("setsid", "--wait")));
      eventually(LIMIT, () -> "nothing begun", () -> halfDone(copy) > 0 && begun(copy));
      run(Map.of(), "sh", "-c", "kill -s " + signal + " -" + installer(copy));
      finish(process);
      Run version = run(Map.of(), lkagent(copy).toString(), "--version");
      assertEquals(0, version.exit(), version::toString);
    }
    assertEquals(0, install(copy).exit());
    assertNothingHalfDone(copy);
  }

  @Test
  void install_withoutNpmAndPip_isDegradedAndSaysSo() throws Exception {
    Path prefix = folder.resolve("poor");
    Run run = run(Map.of("PATH", pathWithout("npm", "node", "python3", "pip3")), list(prefix));
    assertEquals(0, run.exit(), run::toString);
    assertTrue(run.err().contains("npm or pip"), run::toString);
    assertTrue(run.err().contains(SCRIPT_SAYS + "the built-in agent runs without voice detection"));
    Run demo = demo(prefix, "--rooms", "2");
    assertTrue(demo.out().contains("2 rooms, 2 distinct processes, 0 left"), demo::toString);
    assertTrue(demo.err().contains("a process goes on without a component"), demo::toString);
  }

  @Test
  void install_whereItCannotWrite_saysWhere() throws Exception {
    Run run = install(Path.of("/proc/lkagent"));
    assertEquals(1, run.exit(), run::toString);
    assertTrue(
        run.err().contains("cannot write to /proc/lkagent/bin; choose another"), run::toString);
    Run file = install(lkagent(installed));
    assertEquals(1, file.exit(), file::toString);
    assertTrue(file.err().contains("cannot write to"), file::toString);
  }

  @Test
  void install_withoutWhatItNeeds_saysWhat() throws Exception {
    Path prefix = folder.resolve("never");
    Run maven = run(Map.of("PATH", pathWithout("mvn")), list(prefix));
    assertEquals(1, maven.exit(), maven::toString);
    assertTrue(maven.err().contains("needs Maven"), maven::toString);
    List<String> command =
        new ArrayList<>(Confined.mounts("mount -t tmpfs none /usr/lib/jvm; unset JAVA_HOME"));
    command.addAll(List.of(list(prefix)));
    Run jdk = run(Map.of(), command.toArray(String[]::new));
    assertEquals(1, jdk.exit(), jdk::toString);
    assertTrue(jdk.err().contains("needs a JDK 25"), jdk::toString);
    Run usage = run(Map.of(), SCRIPT.toString(), "--perfix", "x");
    assertEquals(2, usage.exit(), usage::toString);
    assertTrue(usage.err().contains("unknown option: --perfix"), usage::toString);
    assertFalse(Files.exists(prefix.resolve("lib/lkagent")));
  }

  @Test
  void uninstall_leavesNothingOfIt() throws Exception {
    Path copy = copy("uninstalled");
    Run run = run(Map.of(), SCRIPT.toString(), "--prefix", copy.toString(), "--uninstall");
    assertEquals(0, run.exit(), run::toString);
    try (Stream<Path> left = Files.walk(copy)) {
      assertEquals(List.of(), left.filter(Files::isRegularFile).toList());
    }
    Run again = run(Map.of(), SCRIPT.toString(), "--prefix", copy.toString(), "--uninstall");
    assertEquals(1, again.exit(), again::toString);
    assertTrue(again.err().contains("nothing of lkagent is in"), again::toString);
  }

  private static void assertWorksWithoutCaches(Path prefix) throws Exception {
    Run shown = javaOptions(prefix);
    assertFalse(shown.out().contains("AOTCache"), shown::toString);
    Run demo = demo(prefix, "--rooms", "1");
    assertEquals("", demo.err());
    assertTrue(demo.out().contains("1 rooms, 1 distinct processes, 0 left"), demo::toString);
  }

  /** What the launcher would run, for a short command. */
  private static Run javaOptions(Path prefix) throws Exception {
    return run(
        Map.of(), "sh", "-c", "sh -x '" + lkagent(prefix) + "' --version 2>&1 | grep '^+ exec'");
  }

  private static Run demo(Path prefix, String... more) throws Exception {
    List<String> command = new ArrayList<>(List.of(lkagent(prefix).toString(), "demo", "--quiet"));
    command.addAll(List.of(more));
    Run run = run(Map.of(), command.toArray(String[]::new));
    assertEquals(0, run.exit(), run::toString);
    return run;
  }

  private static Path lkagent(Path prefix) {
    return prefix.resolve("bin/lkagent");
  }

  private static Path cache(Path prefix, String kind) throws IOException {
    try (Stream<Path> files = Files.list(prefix.resolve("lib/lkagent/cache"))) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(kind))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void damage(Path file) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(bytes.length() / 2);
      bytes.write("not what was there".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static Path copy(String name) throws Exception {
    Path copy = folder.resolve(name);
    assertEquals(0, run(Map.of(), "cp", "-a", installed.toString(), copy.toString()).exit());
    return copy;
  }

  private static long halfDone(Path prefix) throws IOException {
    try (Stream<Path> files = Files.list(prefix.resolve("lib"))) {
      return files.filter(f -> f.getFileName().toString().startsWith(".lkagent")).count();
    }
  }

  private static long installer(Path prefix) throws IOException {
    return Long.parseLong(Files.readString(prefix.resolve("lib/.lkagent-install/pid")).strip());
  }

  private static boolean begun(Path prefix) throws IOException {
    Path pid = prefix.resolve("lib/.lkagent-install/pid");
    return Files.exists(pid) && !Files.readString(pid).isBlank();
  }

  private static void assertNothingHalfDone(Path prefix) throws IOException {
    assertEquals(0, halfDone(prefix));
    assertTrue(Files.exists(prefix.resolve("lib/lkagent/launch")));
  }

  /** All commands of this machine, without these. */
  private static String pathWithout(String... names) throws Exception {
    Path bin = Files.createTempDirectory(folder, "bin");
    String script =
        "IFS=:; for d in $PATH; do for f in \"$d\"/*; do"
            + " [ -x \"$f\" ] && ln -s \"$f\" '"
            + bin
            + "/' 2>/dev/null; done; done; cd '"
            + bin
            + "'; rm -f "
            + String.join(" ", names)
            + " python pip; true";
    assertEquals(0, run(Map.of(), "sh", "-c", script).exit());
    return bin.toString();
  }

  private static Run install(Path prefix) throws Exception {
    return run(Map.of(), list(prefix));
  }

  private static String[] list(Path prefix) {
    return install(prefix, List.of());
  }

  private static String[] install(Path prefix, List<String> behind) {
    List<String> command = new ArrayList<>(behind);
    command.addAll(List.of(SCRIPT.toString(), "--prefix", prefix.toString()));
    return command.toArray(String[]::new);
  }

  private static Run run(Map<String, String> environment, String... command) throws Exception {
    return finish(start(environment, command));
  }

  private static Started start(Map<String, String> environment, String... command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("LKAGENT_"));
    builder.environment().putAll(environment);
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    return new Started(
        builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start(), out, err);
  }

  private static Run finish(Started started) throws Exception {
    Process process = started.process();
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail("still runs after " + LIMIT);
    }
    return new Run(
        process.exitValue(), Files.readString(started.out()), Files.readString(started.err()));
  }
}
