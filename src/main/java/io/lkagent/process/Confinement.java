package io.lkagent.process;

import io.lkagent.time.Time;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A place with less CPU and memory, which processes enter by a command in front of theirs: a
 * control group of its own, or what else the system offers.
 */
public final class Confinement implements AutoCloseable {
  private static final String NAME = "lkagent-probe-";
  private static final long PERIOD_MICROS = 100_000;
  private static final Duration TRIAL = Duration.ofSeconds(5);
  private static final Duration REMOVAL = Duration.ofSeconds(3);
  private static final Duration STEP = Duration.ofMillis(10);

  private final String words;
  private final List<String> front;
  private final List<Path> groups;
  private final Time time;

  /** Those from before, and those that explain a death. */
  private long oomKills;

  private Confinement(String words, List<String> front, List<Path> groups, Time time) {
    this.words = words;
    this.front = List.copyOf(front);
    this.groups = List.copyOf(groups);
    this.time = time;
    this.oomKills = oomKillsSoFar();
  }

  /** No limits at all. */
  public static Confinement none(Time time) {
    return new Confinement("", List.of(), List.of(), time);
  }

  /**
   * Makes the place.
   *
   * @param cpus CPUs for all processes together, as a fraction; 0 for no limit
   * @param memory bytes for all together; 0 for no limit
   * @throws IOException when this system permits none, in one line with the remedy
   */
  public static Confinement of(double cpus, long memory, Time time) throws IOException {
    return of(cpus, memory, new Cgroup(), time);
  }

  static Confinement of(double cpus, long memory, Cgroup own, Time time) throws IOException {
    if (cpus == 0 && memory == 0) {
      return none(time);
    }
    List<String> refusals = new ArrayList<>();
    List<Path> groups = groups(cpus, memory, own, refusals);
    if (!groups.isEmpty()) {
      String version = own.unified() ? "control group v2" : "control groups v1";
      return new Confinement(version + ": " + limits(cpus, memory), enter(groups), groups, time);
    }
    List<String> scope = scope(cpus, memory);
    if (works(scope)) {
      return new Confinement(
          "systemd-run --user --scope, each process by itself: " + limits(cpus, memory),
          scope,
          List.of(),
          time);
    }
    return approximated(cpus, memory, refusals, time);
  }

  /** How the limits are set, for people; empty without limits. */
  public String words() {
    return words;
  }

  /** The same process, in this place. */
  public ProcessSpec around(ProcessSpec spec) {
    if (front.isEmpty()) {
      return spec;
    }
    List<String> command = new ArrayList<>(front);
    command.addAll(spec.command());
    return new ProcessSpec(command, spec.environment(), spec.withheld(), spec.workingDirectory());
  }

  /**
   * Whether the kernel has killed one of its processes for memory that no earlier such question was
   * told of: each kill explains one death.
   */
  public synchronized boolean killedForMemory() {
    if (oomKillsSoFar() <= oomKills) {
      return false;
    }
    oomKills++;
    return true;
  }

  /** Removes the group, once its processes are gone. */
  @Override
  public void close() {
    long deadline = time.deadline(REMOVAL);
    while (!groups.stream().allMatch(Confinement::removed) && time.nanos() - deadline < 0) {
      time.sleep(STEP);
    }
  }

  private long oomKillsSoFar() {
    return groups.stream()
        .flatMap(group -> Stream.of("memory.events", "memory.oom_control").map(group::resolve))
        .map(file -> ProcFiles.value(ProcFiles.text(file), "oom_kill"))
        .mapToLong(count -> count.orElse(0))
        .sum();
  }

  private static boolean removed(Path group) {
    return group.toFile().delete() || !Files.exists(group);
  }

  private static String limits(double cpus, long memory) {
    List<String> words = new ArrayList<>();
    if (cpus > 0) {
      words.add(number(cpus) + (cpus == 1 ? " CPU" : " CPUs"));
    }
    if (memory > 0) {
      words.add(memory / (1024 * 1024) + " MiB of memory");
    }
    return String.join(", ", words);
  }

  private static String number(double cpus) {
    return cpus == Math.rint(cpus) ? Long.toString((long) cpus) : Double.toString(cpus);
  }

  // ---------------------------------------------------------------------- control groups

  /** Made below our own group, or, where a group with processes may have none below, beside it. */
  private static List<Path> groups(double cpus, long memory, Cgroup own, List<String> refusals) {
    Map<String, Map<String, String>> wanted = wanted(cpus, memory, own.unified());
    if (!own.unified()) {
      List<Path> made = new ArrayList<>();
      wanted.forEach(
          (controller, files) -> made.addAll(made(own.group(controller), files, refusals)));
      return made.size() == wanted.size() && works(enter(made)) ? made : undone(made);
    }
    Map<String, String> files = new TreeMap<>();
    wanted.values().forEach(files::putAll);
    for (Path parent : own.levels("").toList()) {
      enable(parent, wanted.keySet().stream().toList());
      List<Path> made = made(parent, files, refusals);
      if (!made.isEmpty() && works(enter(made))) {
        return made;
      }
      undone(made);
    }
    return List.of();
  }

  private static Map<String, Map<String, String>> wanted(
      double cpus, long memory, boolean unified) {
    Map<String, Map<String, String>> wanted = new TreeMap<>();
    String quota = Long.toString(Math.max(1000, Math.round(cpus * PERIOD_MICROS)));
    if (cpus > 0) {
      wanted.put(
          "cpu",
          unified
              ? Map.of("cpu.max", quota + " " + PERIOD_MICROS)
              : Map.of("cpu.cfs_quota_us", quota));
    }
    if (memory > 0) {
      wanted.put(
          "memory",
          Map.of(unified ? "memory.max" : "memory.limit_in_bytes", Long.toString(memory)));
    }
    return wanted;
  }

  private static void enable(Path parent, List<String> controllers) {
    for (String controller : controllers) {
      try {
        Files.writeString(parent.resolve("cgroup.subtree_control"), "+" + controller);
      } catch (IOException e) {
        // It may be enabled already, and else the limit's file will be missing.
      }
    }
  }

  /** The group with these limits; none when the kernel refuses one. */
  private static List<Path> made(Path parent, Map<String, String> files, List<String> refusals) {
    removeThoseOfTheDead(parent);
    Path group =
        parent.resolve(NAME + ProcessHandle.current().pid() + "-" + Time.raw().nanos() % 1_000_000);
    try {
      Files.createDirectory(group);
      for (Map.Entry<String, String> file : files.entrySet()) {
        if (!Files.exists(group.resolve(file.getKey()))) {
          throw new IOException(parent + " has no " + file.getKey());
        }
        Files.writeString(group.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      refusals.add(e.getClass().getSimpleName() + " " + e.getMessage());
      return undone(List.of(group));
    }
    noSwap(group);
    return List.of(group);
  }

  /** With swap beside it a limit of memory is none. */
  private static void noSwap(Path group) {
    Path file = group.resolve("memory.swap.max");
    try {
      if (Files.exists(file)) {
        Files.writeString(file, "0");
      }
    } catch (IOException e) {
      // The limit of memory holds all the same.
    }
  }

  private static List<Path> undone(List<Path> groups) {
    groups.forEach(Confinement::removed);
    return List.of();
  }

  /** A probe that was killed could not remove its group. */
  private static void removeThoseOfTheDead(Path parent) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, NAME + "*")) {
      for (Path group : left) {
        String pid = group.getFileName().toString().substring(NAME.length()).split("-", 2)[0];
        OptionalLong owner = ProcFiles.number(pid);
        if (owner.isPresent() && ProcessHandle.of(owner.getAsLong()).isEmpty()) {
          removed(group);
        }
      }
    } catch (IOException e) {
      // Then there is nothing that we could remove.
    }
  }

  private static List<String> enter(List<Path> groups) {
    StringBuilder script = new StringBuilder();
    for (Path group : groups) {
      script.append("echo $$ > '").append(group.resolve("cgroup.procs")).append("' || exit 125; ");
    }
    return List.of("/bin/sh", "-c", script + "exec \"$@\"", "lkagent-limits");
  }

  // ---------------------------------------------------------------------- without control groups

  private static List<String> scope(double cpus, long memory) {
    List<String> line =
        new ArrayList<>(List.of("systemd-run", "--user", "--scope", "--quiet", "--collect"));
    if (cpus > 0) {
      line.addAll(List.of("-p", "CPUQuota=" + Math.max(1, Math.round(cpus * 100)) + "%"));
    }
    if (memory > 0) {
      line.addAll(List.of("-p", "MemoryMax=" + memory, "-p", "MemorySwapMax=0"));
    }
    line.add("--");
    return line;
  }

  private static Confinement approximated(
      double cpus, long memory, List<String> refusals, Time time) throws IOException {
    List<String> front = new ArrayList<>();
    List<String> words = new ArrayList<>();
    if (cpus > 0) {
      List<String> which = ownCpus();
      int count = (int) Math.min(cpus, which.size());
      List<String> pinned = List.of("taskset", "-c", String.join(",", which.subList(0, count)));
      if (cpus != Math.rint(cpus) || count == 0 || !works(pinned)) {
        throw refused("--cpus " + number(cpus), refusals);
      }
      front.addAll(pinned);
      words.add("taskset to CPU " + pinned.getLast());
    }
    if (memory > 0) {
      List<String> data = List.of("prlimit", "--data=" + memory, "--");
      if (!works(data)) {
        throw refused("--memory", refusals);
      }
      front.addAll(data);
      words.add(
          "prlimit --data: each process by itself may allocate "
              + memory / (1024 * 1024)
              + " MiB, and more is refused to it");
    }
    return new Confinement(
        "approximated, as no control group is permitted: " + String.join("; ", words),
        front,
        List.of(),
        time);
  }

  private static IOException refused(String option, List<String> refusals) {
    return new IOException(
        "%s: no control group is permitted%s; run it as root, or as: systemd-run --user --scope lkagent probe-init …, or in a container that has these limits"
            .formatted(option, refusals.isEmpty() ? "" : " (" + refusals.getFirst() + ")"));
  }

  /** The CPUs that this process may use, such as 0, 1, 5. */
  private static List<String> ownCpus() {
    String allowed =
        ProcFiles.text(ProcFiles.PROC.resolve("self/status")).stream()
            .flatMap(String::lines)
            .filter(line -> line.startsWith("Cpus_allowed_list:"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("");
    List<String> all = new ArrayList<>();
    for (String range : allowed.isEmpty() ? new String[0] : allowed.split(",", -1)) {
      String[] ends = range.split("-", 2);
      long first = ProcFiles.number(ends[0]).orElse(0);
      long last = ProcFiles.number(ends[ends.length - 1]).orElse(first);
      for (long cpu = first; cpu <= last; cpu++) {
        all.add(Long.toString(cpu));
      }
    }
    return all;
  }

  /** Whether a process can be started behind these words. */
  private static boolean works(List<String> front) {
    List<String> trial = new ArrayList<>(front);
    trial.add("true");
    try {
      Process process =
          new ProcessBuilder(trial)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(TRIAL.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
