package io.lkagent.probe.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept of a process's last lines. */
final class LastWordsTest {
  @Test
  void of_pythonTraceback_keepsItAndTheException() {
    List<String> lines = new ArrayList<>(List.of("starting", "loading the model"));
    List<String> traceback =
        List.of(
            "Traceback (most recent call last):",
            "  File \"/app/agent.py\", line 3, in <module>",
            "    import torch",
            "  File \"/app/model.py\", line 9, in load",
            "    raise ModuleNotFoundError(name)",
            "ModuleNotFoundError: No module named 'torch'");
    lines.addAll(traceback);
    assertEquals(traceback, LastWords.of(lines));
    assertEquals("ModuleNotFoundError: No module named 'torch'", LastWords.line(lines));
  }

  @Test
  void of_chainedTracebacks_keepsTheNewestAndItsInnermostFrames() {
    List<String> lines = new ArrayList<>();
    lines.addAll(List.of("Traceback (most recent call last):", "  File \"a\"", "KeyError: 'x'"));
    lines.addAll(List.of("", "During handling of the above exception, another occurred:", ""));
    lines.add("Traceback (most recent call last):");
    IntStream.range(0, 30).forEach(i -> lines.add("  File \"f" + i + "\", line 1"));
    lines.addAll(List.of("RuntimeError: no model", "goodbye"));
    List<String> kept = LastWords.of(lines);
    assertEquals(12, kept.size());
    assertEquals("  …", kept.get(1));
    assertEquals("  File \"f29\", line 1", kept.get(9));
    assertEquals("RuntimeError: no model", kept.get(10));
    assertEquals("RuntimeError: no model", LastWords.line(lines));
  }

  @Test
  void of_javaStackTrace_keepsTheHeadAndTheRootsInnermostFrames() {
    List<String> lines =
        new ArrayList<>(List.of("some log", "Exception in thread \"main\" a.b.CException: outer"));
    IntStream.range(0, 20).forEach(i -> lines.add("\tat a.b.C.m" + i + "(C.java:1)"));
    lines.add("Caused by: java.io.IOException: no such model");
    IntStream.range(0, 20).forEach(i -> lines.add("\tat a.b.D.m" + i + "(D.java:1)"));
    lines.add("\t... 17 more");
    lines.add("done");
    assertEquals(
        List.of(
            "Exception in thread \"main\" a.b.CException: outer",
            "\tat a.b.C.m0(C.java:1)",
            "\tat a.b.C.m1(C.java:1)",
            "\tat a.b.C.m2(C.java:1)",
            "\tat a.b.C.m3(C.java:1)",
            "\tat a.b.C.m4(C.java:1)",
            "Caused by: java.io.IOException: no such model",
            "\tat a.b.D.m0(D.java:1)",
            "\tat a.b.D.m1(D.java:1)",
            "\tat a.b.D.m2(D.java:1)",
            "\tat a.b.D.m3(D.java:1)",
            "\tat a.b.D.m4(D.java:1)"),
        LastWords.of(lines));
    assertEquals("Caused by: java.io.IOException: no such model", LastWords.line(lines));
  }

  @Test
  void of_nodeError_keepsItsHeadAndFrames() {
    List<String> lines =
        List.of(
            "node:internal/modules/run_main:104",
            "    triggerUncaughtException(",
            "    ^",
            "",
            "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'openai'",
            "    at packageResolve (node:internal/modules/esm/resolve:839:9)",
            "    at moduleResolve (node:internal/modules/esm/resolve:908:18)",
            "",
            "Node.js v20.11.0");
    assertEquals(lines.subList(4, 7), LastWords.of(lines));
  }

  @Test
  void of_jsonLines_readsMessagesAndExceptionsInThem() {
    List<String> lines =
        List.of(
            "{\"level\":\"info\",\"message\":\"starting\"}",
            "{\"level\":\"error\",\"message\":\"prewarm failed\",\"exc_info\":\"Traceback (most"
                + " recent call last):\\n  File \\\"app.py\\\", line 1\\nValueError: no key\"}",
            "{\"level\":50,\"msg\":\"odd\",\"stack\":{\"not\":\"text\"}}",
            "{not json");
    assertEquals(
        List.of(
            "Traceback (most recent call last):",
            "  File \"app.py\", line 1",
            "ValueError: no key",
            "odd",
            "{not json"),
        LastWords.of(lines));
    assertEquals("ValueError: no key", LastWords.line(lines));
  }

  @Test
  void of_lineThatSpeaksOfAnError_keepsFromThere() {
    assertEquals(
        List.of("sh: 1: fatal: no such thing", "bye"),
        LastWords.of(List.of("one", "two", "sh: 1: fatal: no such thing", "bye")));
  }

  @Test
  void of_plainLines_keepsTheNewest() {
    List<String> lines = IntStream.range(0, 40).mapToObj(i -> "line " + i).toList();
    assertEquals(lines.subList(30, 40), LastWords.of(lines));
    assertEquals("line 39", LastWords.line(lines));
    assertEquals(List.of(), LastWords.of(List.of()));
    assertEquals("", LastWords.line(List.of()));
  }
}
