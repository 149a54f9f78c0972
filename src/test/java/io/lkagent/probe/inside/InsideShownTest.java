package io.lkagent.probe.inside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InsideShownTest {
  private static final long MS = 1_000_000;

  private static Inside.Imports app() {
    Inside.Module core = ModuleTree.module("torch._C", "torch", 1_900 * MS, List.of());
    Inside.Module torch = ModuleTree.module("torch", "torch", 10 * MS, List.of(core));
    Inside.Module tiny = ModuleTree.module("wave", "python", MS / 10, List.of());
    Inside.Module framework =
        ModuleTree.module("livekit.agents", "livekit.agents", 500 * MS, List.of());
    ModuleTree tree = new ModuleTree(List.of(tiny, framework, torch));
    return new Inside.Imports(
        Family.PYTHON,
        tree.roots(),
        tree.shares(),
        tree.modules(),
        tree.total(),
        tree.framework(),
        true,
        List.of(ModuleTree.module("late", "late", 3 * MS, List.of())),
        List.of("a note"));
  }

  @Test
  void lines_ofImports_showWhatMattersSlowestFirst() {
    String text = String.join("\n", InsideText.lines(app()));

    assertEquals(
        """
        4 modules in 2.41 s, loaded once for all processes; LiveKit's framework and what it brings: 500.0 ms (21 %)
              own     total  module
          10.0 ms    1.91 s  torch
           1.90 s    1.90 s    torch._C
         500.0 ms  500.0 ms  livekit.agents
              own     total  package
           1.91 s    1.91 s  torch, 2 modules
         500.0 ms  500.0 ms  livekit.agents (the framework's)
        each process loads on top: 3.0 ms
           3.0 ms    3.0 ms  late
        (a note)\
        """,
        text);
  }

  @Test
  void lines_ofAJvm_sayWhereItsClassesCameFromAndWhyThereIsNoCache() {
    List<String> lines =
        InsideText.lines(
            new Inside.Jvm(
                10, 8, List.of(new Inside.Source("app.jar", 2)), false, "none", 2, 3 * MS));

    assertEquals(
        List.of(
            "10 classes, 8 of them (80 %) from a cache",
            "        2  app.jar",
            "no ahead-of-time cache: none",
            "2 garbage collections, pauses of 3.0 ms in all"),
        lines);
  }

  @Test
  void lines_unknown_sayWhy() {
    assertEquals(
        List.of("not looked into: too slow"), InsideText.lines(new Inside.Unknown("too slow")));
  }

  @Test
  void json_ofImports_leavesOutWhatIsBelowAThousandth() {
    String text = Json.write(InsideJson.of(app()));
    JsonObject members = Json.parseObject(text);

    assertEquals("modules", members.string("kind"));
    assertEquals("python", members.string("runtime"));
    assertTrue(members.flag("once", false));
    assertEquals(2410.1, members.real("total_ms", 0), 0.001);
    assertFalse(text.contains("wave"), text);
    JsonObject torch = members.objects("tree").getFirst();
    assertEquals("torch._C", torch.objects("loaded").getFirst().string("name"));
    assertEquals("late", members.objects("per_start").getFirst().string("name"));
    assertEquals(3, members.objects("packages").size());
  }

  @Test
  void json_ofALongChain_isReadable() {
    Inside.Module chain = new Inside.Module("m", "p", 1, 1, List.of());
    for (int i = 0; i < 200; i++) {
      chain = new Inside.Module("m", "p", 0, 1, List.of(chain));
    }
    Inside imports = new Inside.Imports(Family.PYTHON, List.of(chain), List.of(), 201, 1, 0);

    String text = Json.write(Json.object("inside", InsideJson.of(imports)));

    assertTrue(Json.parseObject(text).has("inside"), text);
  }

  @Test
  void json_ofAJvmAndOfNothing_areTheirMembers() {
    JsonObject jvm =
        Json.parseObject(
            Json.write(InsideJson.of(new Inside.Jvm(10, 8, List.of(), true, "x.aot", 0, 0))));

    assertEquals("jvm", jvm.string("kind"));
    assertEquals(8, jvm.number("from_cache"));
    assertTrue(jvm.flag("cache_used", false));
    assertEquals(
        "{\"kind\":\"unknown\",\"why\":\"no\"}",
        Json.write(InsideJson.of(new Inside.Unknown("no"))));
  }
}
