package io.lkagent.probe.inside;

import io.lkagent.probe.Inside;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Names the package that each imported module belongs to. */
final class PythonModules {
  /** Python's own start ends with this module. */
  private static final String SITE = "site";

  private static final String PYTHON = "python";
  private static final String LIVEKIT = "livekit";

  /** Its name goes on with that of the machine. */
  private static final String BUILD_DATA = "_sysconfigdata_";

  private static final Set<String> STANDARD = standard();

  private PythonModules() {}

  /** What a program imported, beginning with what Python itself needs to start. */
  static List<Inside.Module> of(List<ImportTimes.Import> roots) {
    return roots.stream().map(root -> module(root, false)).toList();
  }

  /**
   * The same for a framework's app: between Python's own start and the framework, lkagent's adapter
   * imports what it needs.
   */
  static List<Inside.Module> ofApp(List<ImportTimes.Import> roots) {
    List<Inside.Module> modules = new ArrayList<>();
    boolean started = false;
    boolean adapter = false;
    for (ImportTimes.Import root : roots) {
      adapter = (adapter || started) && !top(root.name()).equals(LIVEKIT) && !isOver(modules);
      modules.add(module(root, adapter));
      started |= root.name().equals(SITE);
    }
    return modules;
  }

  private static boolean isOver(List<Inside.Module> before) {
    return before.stream().anyMatch(module -> module.part().startsWith(LIVEKIT));
  }

  private static Inside.Module module(ImportTimes.Import read, boolean adapter) {
    return ModuleTree.module(
        read.name(),
        adapter ? Inside.ADAPTER : part(read.name()),
        read.ownNanos(),
        read.children().stream().map(child -> module(child, adapter)).toList());
  }

  /** {@code numpy} for {@code numpy.linalg}, {@code livekit.plugins.silero} for all below it. */
  static String part(String name) {
    String top = top(name);
    if (top.equals(LIVEKIT)) {
      String[] words = name.split("\\.", -1);
      int most = words.length > 1 && words[1].equals("plugins") ? 3 : 2;
      return String.join(".", List.of(words).subList(0, Math.min(most, words.length)));
    }
    return STANDARD.contains(top) || top.startsWith(BUILD_DATA) ? PYTHON : top;
  }

  private static String top(String name) {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  private static Set<String> standard() {
    try (InputStream in = PythonModules.class.getResourceAsStream("python-modules.txt")) {
      if (in == null) {
        throw new IllegalStateException("python-modules.txt is missing in lkagent's jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
