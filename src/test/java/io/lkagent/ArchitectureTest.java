package io.lkagent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fences: which package may use which, and what may be done in one place only. */
final class ArchitectureTest {
  private static final String ROOT = "io.lkagent";
  private static final List<String> LAYER_0 =
      List.of("time", "log", "metrics", "lifecycle", "json");
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);
  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** Every package and what it may use beside layer 0; one that is not listed breaks the build. */
  private static final Map<String, List<String>> MAY_USE = mayUse();

  private static Map<String, List<String>> mayUse() {
    List<String> layer2And1 =
        List.of(
            "process",
            "frameworks",
            "agents",
            "tracker",
            "http",
            "control",
            "sdk",
            "ipc",
            "protocol",
            "api");
    List<String> below4 = plus(layer2And1, "supervise", "pool");
    Map<String, List<String>> rules = new TreeMap<>();
    LAYER_0.forEach(name -> rules.put(name, List.of()));
    rules.put("sdk", List.of());
    List.of("ipc", "tracker", "process").forEach(p -> rules.put(p, List.of()));
    // The worker's connection and an agent's in the dev server's rooms; nobody else speaks it.
    rules.put("websocket", List.of());
    rules.put("protocol", List.of("websocket"));
    rules.put("http", List.of());
    // Both ends of the control socket: the worker's, and the one of the commands that ask it.
    rules.put("control", List.of());
    // Both speak to the same server: its address, proxy and TLS are the connection's.
    rules.put("api", List.of("protocol", "websocket"));
    // How an agent becomes a command line: words only, no process is started here.
    rules.put("agents", List.of());
    // The worker's side of an app host; its frames are those of the job protocol.
    rules.put("frameworks", List.of("process", "ipc"));
    rules.put("vad", List.of("sdk"));
    rules.put("rtc", List.of("sdk"));
    rules.put("runner", List.of("sdk", "ipc", "vad", "rtc", "websocket"));
    rules.put("supervise", plus(layer2And1, new String[0]));
    rules.put("pool", plus(layer2And1, "supervise"));
    rules.put("ops", below4);
    List.of("worker", "loadtest", "probe", "devserver")
        .forEach(name -> rules.put(name, plus(below4, "ops")));
    rules.put("install", plus(below4, "worker", "devserver", "cli"));
    rules.put("cli", plus(below4, "ops", "worker", "loadtest", "probe", "devserver"));
    rules.put("", List.of("cli"));
    return rules;
  }

  private static List<String> plus(List<String> some, String... more) {
    return Stream.concat(some.stream(), Arrays.stream(more)).toList();
  }

  /** The first package name under the root; empty for the root itself. */
  private static String part(String packageName) {
    String rest = packageName.substring(ROOT.length());
    return rest.isEmpty() ? "" : rest.substring(1).split("\\.", 2)[0];
  }

  private static boolean ours(JavaClass type) {
    return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
  }

  @Test
  void guard_importedClasses_areEnoughForTheRulesToMeanSomething() {
    assertTrue(MAIN.size() > 30, "only " + MAIN.size() + " classes");
    assertTrue(TESTS.size() > 5, "only " + TESTS.size() + " test classes");
    Set<String> seen =
        MAIN.stream().map(type -> part(type.getPackageName())).collect(Collectors.toSet());
    assertTrue(
        seen.containsAll(Set.of("cli", "ipc", "json", "lifecycle", "log", "time")), "" + seen);
  }

  @Test
  void packages_dependOnEachOther_onlyDownwards() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : MAIN) {
      String from = part(type.getPackageName());
      List<String> allowed = MAY_USE.get(from);
      if (allowed == null) {
        wrong.add("package " + from + " has no place in the layers: give it one in MAY_USE");
        continue;
      }
      type.getDirectDependenciesFromSelf().stream()
          .filter(dependency -> ours(dependency.getTargetClass()))
          .filter(d -> !mayUse(from, part(d.getTargetClass().getPackageName()), allowed))
          .forEach(d -> wrong.add(d.getDescription()));
    }
    assertEquals(Set.of(), wrong);
  }

  private static boolean mayUse(String from, String to, List<String> allowed) {
    // The SDK is what users compile against: the JDK and JSpecify only.
    boolean ground = LAYER_0.contains(to) && !from.equals("sdk");
    return from.equals(to) || allowed.contains(to) || ground;
  }

  static Stream<ArchRule> singlePlaces() {
    return Stream.of(
        onlyIn("picocli..", "picocli's options are the one configuration model", "cli"),
        onlyIn("livekit..", "LiveKit's messages stay at the edge", "protocol", "api", "devserver"),
        onlyIn("com.google.protobuf..", "protobuf too", "protocol", "api", "devserver"),
        onlyIn("com.fasterxml.jackson..", "Jackson reads the YAML file and nothing else", "cli"),
        onlyIn("redis..", "one store, one place", "tracker.redis"),
        onlyIn("io.lettuce..", "one store, one place", "tracker.redis"),
        onlyIn("java.sql..", "one store, one place", "tracker.sqlite", "tracker.postgresql"),
        onlyIn("java.lang.foreign..", "native code is for audio", "rtc"),
        onlyIn("ai.onnxruntime..", "native code is for the VAD", "vad"),
        onlyIn("io.helidon..", "it is heavy: the dev server only", "devserver"),
        calls(
            "System.exit",
            Set.of("java.lang.System.exit", "java.lang.Runtime.exit", "java.lang.Runtime.halt"),
            ROOT,
            ROOT + ".runner",
            ROOT + ".vad"),
        calls("clocks and sleep", CLOCKS, ROOT + ".time"),
        calls("starting and killing processes", PROCESSES, ROOT + ".process"),
        noClasses()
            .that(outside("cli", "log", "runner", "vad"))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because(
                "stdout and stderr belong to cli and log, in a job's process to its runner, and in"
                    + " the installation of the VAD to vad")
            .allowEmptyShould(true),
        noClasses()
            .that(outside("devserver"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.slf4j..")
            .because("log is the one pipeline; the dev server only tells Helidon to be quiet")
            .allowEmptyShould(true),
        classes()
            .should()
            .haveNameNotMatching(".*(Util|Utils|Helper|Common|Manager)(\\$.*)?")
            .because("a name says what a thing is"));
  }

  private static final Set<String> CLOCKS =
      Set.of(
          "java.lang.Thread.sleep",
          "java.lang.System.nanoTime",
          "java.lang.System.currentTimeMillis",
          "java.time.Instant.now",
          "java.time.LocalDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone");
  private static final Set<String> PROCESSES =
      Set.of(
          "java.lang.ProcessBuilder.start",
          "java.lang.Runtime.exec",
          "java.lang.Process.destroy",
          "java.lang.Process.destroyForcibly",
          "java.lang.ProcessHandle.destroy",
          "java.lang.ProcessHandle.destroyForcibly");

  @ParameterizedTest
  @MethodSource("singlePlaces")
  void rule_ofTheSinglePlace_holds(ArchRule rule) {
    rule.check(MAIN);
  }

  @Test
  void tests_areNeitherSwitchedOffNorSleeping() {
    noClasses()
        .should()
        .dependOnClassesThat(
            named(
                "switches tests off",
                type ->
                    type.getFullName().startsWith("org.junit.jupiter.api.condition.")
                        || Set.of(
                                "org.junit.jupiter.api.Disabled",
                                "org.junit.jupiter.api.Assumptions")
                            .contains(type.getFullName())))
        .check(TESTS);
    noClasses()
        .that(outside("testing", "time"))
        .should()
        .callMethodWhere(target("sleeps", Set.of("java.lang.Thread.sleep")))
        .check(TESTS);
  }

  @Test
  void packages_all_areNullMarkedAndSayWhatTheyAre() throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (Path sources : List.of(Path.of("src/main/java"), Path.of("src/test/java"))) {
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          Path info = file.resolveSibling("package-info.java");
          Path main = Path.of("src/main/java").resolve(sources.relativize(info));
          // A test in its subject's package shares its package-info.
          if (!isNullMarked(info) && !isNullMarked(main)) {
            wrong.add(info.toString());
          }
          if (file.toString().matches(".*/(util|utils|common|helper|helpers)/.*")) {
            wrong.add(file + ": a package is named after what it is for");
          }
        }
      }
    }
    assertEquals(Set.of(), wrong);
  }

  private static boolean isNullMarked(Path info) throws IOException {
    return Files.exists(info) && Files.readString(info).contains("@NullMarked");
  }

  private static ArchRule onlyIn(String library, String why, String... places) {
    return noClasses()
        .that(outside(places))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .because(why)
        .allowEmptyShould(true);
  }

  private static ArchRule calls(String what, Set<String> methods, String... places) {
    return noClasses()
        .that(
            named(
                "outside " + List.of(places),
                type -> !List.of(places).contains(type.getPackageName())))
        .should()
        .callMethodWhere(target(what, methods))
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> outside(String... places) {
    return named(
        "outside " + List.of(places),
        type ->
            Arrays.stream(places)
                .map(place -> ROOT + "." + place)
                .noneMatch(p -> (type.getPackageName() + ".").startsWith(p + ".")));
  }

  private static DescribedPredicate<JavaAccess<?>> target(String what, Set<String> methods) {
    return DescribedPredicate.describe(
        what,
        access ->
            methods.contains(
                access.getTargetOwner().getFullName() + "." + access.getTarget().getName()));
  }

  private static DescribedPredicate<JavaClass> named(
      String what, java.util.function.Predicate<JavaClass> predicate) {
    return DescribedPredicate.describe(what, predicate);
  }
}
