package io.lkagent.probe.inside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Inside;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImportTimesTest {
  private static final String HEADER = "import time: self [us] | cumulative | imported package";

  @Test
  void parse_whatPythonWrote_givesTheTreeWithPythonsOwnSums() {
    ImportTimes.Report report = ImportTimes.parse(Recorded.lines("python-3.11.txt"));
    List<Inside.Module> roots = PythonModules.of(report.roots());
    ModuleTree tree = new ModuleTree(roots);

    assertEquals(1, report.processes());
    assertEquals(130, tree.modules());
    Inside.Module asyncio = find(roots, "asyncio");
    assertTrue(names(asyncio.children()).contains("asyncio.base_events"), asyncio.toString());
    long told = cumulative("asyncio");
    assertTrue(
        Math.abs(asyncio.totalNanos() - told) <= told / 50,
        asyncio.totalNanos() + " and Python says " + told);
    assertEquals(tree.total(), tree.shares().stream().mapToLong(Inside.Share::ownNanos).sum());
    assertEquals(List.of("python"), tree.shares().stream().map(Inside.Share::part).toList());
  }

  private static long cumulative(String module) {
    String line =
        Recorded.lines("python-3.11.txt").stream()
            .filter(each -> each.endsWith("| " + module))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.split("\\|", -1)[1].strip()) * 1_000;
  }

  @Test
  void parse_linesOfTheProgramBetween_arePassedOver() {
    List<Inside.Module> roots =
        PythonModules.of(
            ImportTimes.parse(
                    List.of(
                        HEADER,
                        "hello",
                        "no newline: import time:       100 |        100 |   numpy.core",
                        "import time: nonsense",
                        "import time:       50 |        150 | numpy"))
                .roots());

    assertEquals(List.of("numpy"), names(roots));
    assertEquals(150_000, roots.getFirst().totalNanos());
    assertEquals(50_000, roots.getFirst().ownNanos());
  }

  @Test
  void parse_severalProcesses_readsTheOneWithTheMost() {
    List<String> lines = new ArrayList<>(List.of(HEADER, line(5, "site"), HEADER));
    lines.addAll(List.of(line(5, "site"), line(7, "numpy"), HEADER, line(1, "site")));

    ImportTimes.Report report = ImportTimes.parse(lines);

    assertEquals(3, report.processes());
    assertEquals(2, report.roots().size());
  }

  @Test
  void parse_negativeTimesOfMixedThreads_countAsNothing() {
    ImportTimes.Report report = ImportTimes.parse(List.of(HEADER, line(-3, "a"), line(4, "b")));

    assertEquals(0, report.roots().getFirst().ownNanos());
  }

  @Test
  void ofApp_adaptersImports_standBetweenPythonsStartAndTheFramework() {
    List<Inside.Module> modules =
        PythonModules.ofApp(
            ImportTimes.parse(
                    List.of(
                        HEADER,
                        line(1, "encodings"),
                        line(2, "site"),
                        line(3, "asyncio"),
                        "import time:        9 |         9 |   aiohttp",
                        "import time:        4 |        13 | livekit.agents",
                        line(5, "wave"),
                        line(6, "torch")))
                .roots());
    ModuleTree tree = new ModuleTree(modules);

    assertEquals(
        List.of("python", "python", Inside.ADAPTER, "livekit.agents", "python", "torch"),
        modules.stream().map(Inside.Module::part).toList());
    assertEquals(13_000, tree.framework());
    assertTrue(
        tree.shares().contains(new Inside.Share("aiohttp", true, 1, 9_000, 9_000)),
        tree.shares().toString());
  }

  @Test
  void part_names_areThePackagesThatOneInstalls() {
    assertEquals("livekit.agents", PythonModules.part("livekit.agents.voice.io"));
    assertEquals("livekit.plugins.silero", PythonModules.part("livekit.plugins.silero.vad"));
    assertEquals("livekit", PythonModules.part("livekit"));
    assertEquals("numpy", PythonModules.part("numpy.linalg"));
    assertEquals("python", PythonModules.part("concurrent.futures"));
    assertEquals("python", PythonModules.part("_sysconfigdata__linux_x86_64-linux-gnu"));
  }

  private static String line(long micros, String name) {
    return "import time: %9d | %10d | %s".formatted(micros, micros, name);
  }

  private static Inside.Module find(List<Inside.Module> modules, String name) {
    return modules.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> names(List<Inside.Module> modules) {
    return modules.stream().map(Inside.Module::name).toList();
  }
}
