package io.lkagent.probe.inside;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A folder of one instrumented start, which its processes write their findings to. */
record TraceFolder(Path path) implements AutoCloseable {
  static TraceFolder make() throws IOException {
    return new TraceFolder(Files.createTempDirectory("lkagent-inside-"));
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** The lines of one file; none when nobody wrote it. What is no UTF-8 is no reason to fail. */
  List<String> lines(Path file) throws IOException {
    return Files.exists(file)
        ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList()
        : List.of();
  }

  /** The files that processes wrote, each under its pid and this ending; the longest first. */
  List<Path> longestFirst(String ending) throws IOException {
    record Sized(Path file, long bytes) {}

    List<Sized> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*" + ending)) {
      for (Path file : files) {
        all.add(new Sized(file, Files.size(file)));
      }
    }
    return all.stream()
        .sorted((a, b) -> Long.compare(b.bytes(), a.bytes()))
        .map(Sized::file)
        .toList();
  }

  /** What the process of this pid wrote or, when the agent has another, what is longest. */
  List<String> linesOf(long pid, String ending) throws IOException {
    Path own = file(pid + ending);
    if (Files.exists(own)) {
      return lines(own);
    }
    List<Path> others = longestFirst(ending);
    return others.isEmpty() ? List.of() : lines(others.getFirst());
  }

  @Override
  public void close() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // The folder says below whether something is left.
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      path.toFile().deleteOnExit();
    }
  }
}
