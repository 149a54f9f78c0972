package io.lkagent.probe.inside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.probe.Inside;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NodeModulesTest {
  private static final Path HOME = Path.of("/home/app");

  @Test
  void parse_whatNode22Wrote_hasEsAndCommonJsModulesInOneTree() {
    Inside.Imports imports = imports("node-22.txt");

    // The program: slow/inner.js waits 300 ms, slow 100, esm 150, esm/a.js 50, tla 200.
    assertEquals("app.mjs", imports.roots().getFirst().name());
    assertEquals("app", imports.roots().getFirst().part());
    Inside.Module inner = find(imports.roots(), "slow/inner.js");
    assertWithin(300, inner.ownNanos());
    assertWithin(100, find(imports.roots(), "slow/index.js").ownNanos());
    assertWithin(400, find(imports.roots(), "slow/index.js").totalNanos());
    assertWithin(150, find(imports.roots(), "esm/index.js").ownNanos());
    assertWithin(200, find(imports.roots(), "tla/index.js").ownNanos());
    assertEquals("slow", imports.shares().getFirst().part());
    assertTrue(imports.roots().stream().anyMatch(each -> each.part().equals("node")));
    assertTrue(imports.notes().isEmpty());
    assertEquals(
        imports.totalNanos(), imports.shares().stream().mapToLong(Inside.Share::ownNanos).sum());
  }

  @Test
  void parse_whatNode20Wrote_saysWhatItDoesNotTell() {
    Inside.Imports imports = imports("node-20.txt");

    assertWithin(300, find(imports.roots(), "slow/inner.js").ownNanos());
    assertWithin(150, find(imports.roots(), "esm/index.js").ownNanos());
    assertEquals(1, imports.notes().size());
  }

  @Test
  void parse_adapter_isNamedAndWhatItLoadedStandsForItself() {
    String adapter = "file:///tmp/x/lkagent_app.mjs";
    String agents = "file:///a/node_modules/@livekit/agents/dist/index.js";
    String zod = "file:///a/node_modules/.pnpm/zod@3/node_modules/zod/index.js";
    Inside.Imports imports =
        imports(
            List.of(
                "load\t" + adapter + "\t5000",
                "from\t" + agents + "\t" + adapter,
                "from\t" + zod + "\t" + agents,
                "run\t" + zod + "\t300",
                "run\t" + agents + "\t700",
                "run\t" + adapter + "\t900000000"));

    assertEquals(6_000, imports.totalNanos());
    assertEquals(1_000, imports.frameworkNanos());
    assertEquals(
        List.of("lkagent_app.mjs", "@livekit/agents/dist/index.js"),
        imports.roots().stream().map(Inside.Module::name).toList());
    assertEquals(Inside.ADAPTER, imports.roots().getFirst().part());
    assertTrue(imports.shares().contains(new Inside.Share("zod", true, 1, 300, 300)));
  }

  @Test
  void parse_circleAndHalfALine_loseNothing() {
    Inside.Imports imports =
        imports(
            List.of(
                "from\tfile:///b.js\tfile:///a.js",
                "from\tfile:///a.js\tfile:///b.js",
                "run\tfile:///a.js\t10",
                "run\tfile:///b.js\t20",
                "run\tfile:///c"));

    assertEquals(30, imports.totalNanos());
    assertEquals(2, imports.modules());
  }

  @Test
  void parse_nothing_isUnknown() {
    assertInstanceOf(Inside.Unknown.class, NodeModules.parse(List.of(), HOME));
  }

  private static Inside.Imports imports(String recorded) {
    return imports(Recorded.lines(recorded));
  }

  private static Inside.Imports imports(List<String> lines) {
    return assertInstanceOf(Inside.Imports.class, NodeModules.parse(lines, HOME));
  }

  private static void assertWithin(long millis, long nanos) {
    assertEquals((double) millis, nanos / 1e6, millis * 0.2);
  }

  private static Inside.Module find(List<Inside.Module> roots, String name) {
    List<Inside.Module> open = new ArrayList<>(roots);
    while (!open.isEmpty()) {
      Inside.Module next = open.removeLast();
      if (next.name().equals(name)) {
        return next;
      }
      open.addAll(next.children());
    }
    throw new AssertionError(name + " is not in " + roots);
  }
}
