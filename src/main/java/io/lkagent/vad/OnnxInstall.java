package io.lkagent.vad;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@link OnnxVad} finds in its folder: onnxruntime's classes as a small jar, its native
 * libraries for this machine, unpacked, which it would otherwise do at each start, and the model in
 * its own form.
 */
final class OnnxInstall {
  private static final String NATIVE = "ai/onnxruntime/native/";

  private OnnxInstall() {}

  /** True when onnxruntime is on this process's class path. */
  static boolean isPossible() {
    return anyClass() != null;
  }

  private static @Nullable URL anyClass() {
    return OnnxInstall.class.getResource("/ai/onnxruntime/OrtEnvironment.class");
  }

  static void install(Path model, Path folder) throws Exception {
    Path libraries = Files.createDirectories(folder.resolve("native"));
    URL any = anyClass();
    if (any == null || !(any.openConnection() instanceof JarURLConnection connection)) {
      throw new IOException("onnxruntime is not in a jar");
    }
    connection.setUseCaches(false);
    try (JarFile jar = connection.getJarFile()) {
      libraries(jar, libraries);
      WholeFile.write(folder.resolve("onnxruntime.jar"), file -> classes(jar, file));
    }
    System.setProperty("onnxruntime.native.path", libraries.toString());
    WholeFile.write(
        folder.resolve(OnnxVad.FILE), file -> OnnxVad.optimise(model.toFile(), file.toFile()));
  }

  private static void libraries(JarFile jar, Path to) throws Exception {
    String ours = NATIVE + platform() + "/";
    List<ZipEntry> found =
        jar.stream()
            .<ZipEntry>map(entry -> entry)
            .filter(e -> e.getName().startsWith(ours) && !e.isDirectory())
            .filter(e -> e.getName().indexOf('/', ours.length()) < 0)
            .toList();
    if (found.isEmpty()) {
      throw new IOException("onnxruntime has no libraries for " + platform());
    }
    for (ZipEntry entry : found) {
      WholeFile.write(
          to.resolve(entry.getName().substring(ours.length())),
          file -> {
            try (InputStream in = jar.getInputStream(entry)) {
              Files.copy(in, file);
            }
          });
    }
  }

  /** As onnxruntime calls it. */
  private static String platform() {
    String os = System.getProperty("os.name").equals("Linux") ? "linux" : "osx";
    String arch = System.getProperty("os.arch");
    return os + (arch.equals("aarch64") || arch.equals("arm64") ? "-aarch64" : "-x64");
  }

  private static void classes(JarFile jar, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream small = new ZipOutputStream(out)) {
      for (ZipEntry entry : jar.stream().filter(e -> !e.getName().startsWith(NATIVE)).toList()) {
        small.putNextEntry(new ZipEntry(entry.getName()));
        try (InputStream in = jar.getInputStream(entry)) {
          in.transferTo(small);
        }
      }
    }
  }
}
