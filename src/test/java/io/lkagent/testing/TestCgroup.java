package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A real control group of the kernel (version 1 or 2, needs root) with a limit, as a container has
 * one.
 */
public final class TestCgroup implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final List<Path> groups;

  private TestCgroup(List<Path> groups) {
    this.groups = groups;
  }

  /** Limits the memory of all processes together. */
  public static TestCgroup memory(long bytes) {
    String limit = Long.toString(bytes);
    return unified()
        ? of(List.of("memory"), Map.of("memory.max", limit))
        : of(List.of("memory"), Map.of("memory.limit_in_bytes", limit));
  }

  /** Limits the CPU time of all processes together, in hundredths of one CPU. */
  public static TestCgroup cpu(int percent) {
    String quota = Integer.toString(percent * 1000);
    return unified()
        ? of(List.of("cpu"), Map.of("cpu.max", quota + " 100000"))
        : of(List.of("cpu", "cpuacct"), Map.of("cpu.cfs_quota_us", quota));
  }

  private static boolean unified() {
    return Files.exists(ROOT.resolve("cgroup.controllers"));
  }

  /** The limits belong to the first controller. */
  private static TestCgroup of(List<String> controllers, Map<String, String> limits) {
    String name = "lkagent-test-" + UUID.randomUUID();
    List<Path> groups = new ArrayList<>();
    try {
      for (String controller : controllers) {
        if (unified()) {
          Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+" + controller);
        }
        Path parent = unified() ? ROOT : ROOT.resolve(controller);
        groups.add(Files.createDirectory(parent.resolve(name)));
      }
      for (Map.Entry<String, String> limit : limits.entrySet()) {
        Files.writeString(groups.getFirst().resolve(limit.getKey()), limit.getValue());
      }
      return new TestCgroup(groups);
    } catch (IOException e) {
      return fail("this test makes a control group below " + ROOT + ", which takes root", e);
    }
  }

  /**
   * The kernel's groups whose names begin so, at any depth. Others come and go meanwhile, which a
   * look at all of them must outlive.
   */
  public static List<Path> named(String prefix) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          ROOT,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path group, BasicFileAttributes attributes) {
              if (group.getFileName().toString().startsWith(prefix)) {
                found.add(group);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path group, @Nullable IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      return fail("control groups cannot be looked at below " + ROOT, e);
    }
    return found;
  }

  /** The words in front of a command that run it in this group. */
  public List<String> enter() {
    StringBuilder script = new StringBuilder();
    for (Path group : groups) {
      script.append("echo $$ > ").append(group.resolve("cgroup.procs")).append(" && ");
    }
    return List.of("/bin/sh", "-c", script + "exec \"$@\"", "enter");
  }

  /** Removes the group, once its processes are gone. */
  @Override
  public void close() {
    Eventually.eventually(
        Duration.ofSeconds(10),
        () -> groups + " still have processes",
        () -> groups.stream().allMatch(group -> group.toFile().delete() || !Files.exists(group)));
  }
}
