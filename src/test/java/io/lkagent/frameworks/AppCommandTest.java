package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file and which interpreter are found. */
final class AppCommandTest {
  @TempDir Path folder;

  @Test
  void file_notNamed_isTheFirstOfTheFrameworksOwnNames() throws Exception {
    program("bin/python3");
    Files.writeString(folder.resolve("agent.py"), "");
    Files.writeString(folder.resolve("app.py"), "");
    AppCommand app = find(null, null, Map.of("PATH", "bin"));
    assertEquals(folder.resolve("app.py"), app.file());
    assertEquals(List.of(folder.resolve("bin/python3").toString()), app.interpreter());
    assertEquals("python app.py", app.words());
    Path script = Path.of("/run/lkagent_app.py");
    assertEquals(
        List.of(app.interpreter().getFirst(), script.toString(), "host", app.file().toString()),
        app.host(script));
  }

  @Test
  void file_missing_saysWhatWasTried() throws Exception {
    AppFault none = assertThrows(AppFault.class, () -> find(null, null, Map.of()));
    assertEquals(AppFault.Kind.NO_APP_FILE, none.kind());
    assertTrue(none.line().contains("main.py, app.py, agent.py"), none.line());
    AppFault named = assertThrows(AppFault.class, () -> find("no.py", null, Map.of()));
    assertEquals("--python: " + folder.resolve("no.py") + " does not exist", named.line());
    AppFault directory = assertThrows(AppFault.class, () -> find(".", null, Map.of()));
    assertTrue(directory.line().contains("is a folder"), directory.line());
  }

  @Test
  void interpreter_notNamed_isTheActiveOneThenTheOneBesideTheAppThenThePaths() throws Exception {
    Files.createDirectories(folder.resolve("src"));
    Files.writeString(folder.resolve("src/app.py"), "");
    Map<String, String> environment =
        Map.of("PATH", "bin", "VIRTUAL_ENV", folder.resolve("active").toString());
    AppFault none = assertThrows(AppFault.class, () -> find("src/app.py", null, environment));
    assertEquals(AppFault.Kind.NO_INTERPRETER, none.kind());
    for (String program :
        List.of(
            "bin/python",
            "bin/python3",
            "venv/bin/python3",
            ".venv/bin/python3",
            "src/venv/bin/python",
            "src/.venv/bin/python3",
            "active/bin/python3")) {
      program(program);
      AppCommand app = find("src/app.py", null, environment);
      assertEquals(List.of(folder.resolve(program).toString()), app.interpreter());
    }
  }

  @Test
  void interpreter_named_isAProgramAVirtualEnvironmentOrAWordOnThePath() throws Exception {
    Files.writeString(folder.resolve("app.py"), "");
    program("env/bin/python");
    program("bin/python3.12");
    Files.createDirectories(folder.resolve("empty"));
    assertEquals(
        folder.resolve("env/bin/python").toString(),
        find("app.py", "env", Map.of()).interpreter().getFirst());
    assertEquals(
        folder.resolve("env/bin/python").toString(),
        find("app.py", "env/bin/python", Map.of()).interpreter().getFirst());
    assertEquals(
        folder.resolve("bin/python3.12").toString(),
        find("app.py", "python3.12", Map.of("PATH", "bin")).interpreter().getFirst());
    for (String bad : List.of("empty", "no/such", "app.py")) {
      AppFault fault = assertThrows(AppFault.class, () -> find("app.py", bad, Map.of()));
      assertEquals(AppFault.Kind.NO_INTERPRETER, fault.kind());
    }
  }

  private AppCommand find(
      @org.jspecify.annotations.Nullable String file,
      @org.jspecify.annotations.Nullable String interpreter,
      Map<String, String> environment)
      throws AppFault {
    return AppCommand.find(
        Language.PYTHON,
        file == null ? null : Path.of(file),
        interpreter == null ? null : Path.of(interpreter),
        environment,
        folder);
  }

  private void program(String path) throws IOException {
    Path program = folder.resolve(path);
    Files.createDirectories(program.getParent());
    Files.writeString(program, "#!/bin/sh\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
