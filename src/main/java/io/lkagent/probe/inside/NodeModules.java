package io.lkagent.probe.inside;

import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The lines that the script in a Node process wrote about its modules, read into a tree. */
final class NodeModules {
  private static final String FOLDER = "/node_modules/";
  private static final String FILE = "file:";
  private static final String ADAPTER_SCRIPT = "/lkagent_app.mjs";
  private static final String APP = "app";
  private static final String NODE = "node";
  private static final String LINKING = "(linking ES modules)";

  private final Path workingDirectory;
  private final Map<String, Long> own = new LinkedHashMap<>();
  private final Map<String, String> askedBy = new HashMap<>();
  private final Map<String, List<String>> children = new LinkedHashMap<>();
  private final Set<String> placed = new HashSet<>();
  private boolean onlyRun;
  private long linking;

  private NodeModules(Path workingDirectory) {
    this.workingDirectory = workingDirectory;
  }

  /** Reads the lines; {@link Inside.Unknown} when they name no module. */
  static Inside parse(List<String> lines, Path workingDirectory) {
    NodeModules modules = new NodeModules(workingDirectory);
    lines.forEach(modules::take);
    return modules.own.isEmpty()
        ? new Inside.Unknown("no module was loaded while Node was watched")
        : modules.imports();
  }

  private void take(String line) {
    String[] fields = line.split("\t", -1);
    switch (fields[0]) {
      case "run", "load" -> {
        if (fields.length == 3 && fields[1].startsWith(FILE)) {
          // The adapter runs until ready, and waits for most of that: no time of a module.
          boolean counts = fields[0].equals("load") || !isAdapter(fields[1]);
          own.merge(fields[1], counts ? nanos(fields[2]) : 0, Long::sum);
        }
      }
      case "link" -> linking += fields.length == 3 ? nanos(fields[2]) : 0;
      case "from" -> {
        if (fields.length == 3) {
          askedBy.putIfAbsent(fields[1], fields[2]);
        }
      }
      case "only" -> onlyRun = true;
      default -> {}
    }
  }

  private static long nanos(String text) {
    return Math.max(0, Long.parseLong(text));
  }

  private Inside.Imports imports() {
    List<String> tops = new ArrayList<>();
    for (String url : own.keySet()) {
      String parent = askedBy.get(url);
      if (parent == null || !own.containsKey(parent) || isAdapter(parent)) {
        tops.add(url);
      } else {
        children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(url);
      }
    }
    List<Inside.Module> roots = new ArrayList<>(tops.stream().map(this::module).toList());
    // A circle of modules that asked for each other hangs on nothing.
    own.keySet().stream()
        .filter(url -> !placed.contains(url))
        .map(this::module)
        .forEach(roots::add);
    if (linking > 0) {
      roots.add(ModuleTree.module(LINKING, NODE, linking, List.of()));
    }
    ModuleTree tree = new ModuleTree(roots);
    return new Inside.Imports(
        Family.NODE,
        tree.roots(),
        tree.shares(),
        tree.modules(),
        tree.total(),
        tree.framework(),
        false,
        List.of(),
        onlyRun
            ? List.of(
                "how long modules ran; how long this Node took to find, read and compile them,"
                    + " only 22.15 and newer tell")
            : List.of());
  }

  private Inside.Module module(String url) {
    placed.add(url);
    List<Inside.Module> loaded = new ArrayList<>();
    for (String child : children.getOrDefault(url, List.of())) {
      if (!placed.contains(child)) {
        loaded.add(module(child));
      }
    }
    return ModuleTree.module(name(url), part(url), own.getOrDefault(url, 0L), loaded);
  }

  private static boolean isAdapter(String url) {
    return url.endsWith(ADAPTER_SCRIPT);
  }

  /** The package that a module belongs to; the app's own files are one. */
  static String part(String url) {
    if (isAdapter(url)) {
      return Inside.ADAPTER;
    }
    int at = url.lastIndexOf(FOLDER);
    if (at < 0) {
      return APP;
    }
    String[] words = url.substring(at + FOLDER.length()).split("/", 3);
    return words[0].startsWith("@") && words.length > 1 ? words[0] + "/" + words[1] : words[0];
  }

  private String name(String url) {
    if (isAdapter(url)) {
      return ADAPTER_SCRIPT.substring(1);
    }
    int at = url.lastIndexOf(FOLDER);
    if (at >= 0) {
      return url.substring(at + FOLDER.length());
    }
    try {
      URI address = URI.create(url);
      Path file = Path.of(address.getPath());
      return file.startsWith(workingDirectory)
          ? workingDirectory.relativize(file).toString()
          : file.toString();
    } catch (IllegalArgumentException e) {
      return url;
    }
  }
}
