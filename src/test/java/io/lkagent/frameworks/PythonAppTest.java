package io.lkagent.frameworks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.json.JsonObject;
import io.lkagent.testing.AppHostUnderTest;
import io.lkagent.testing.PythonTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the host finds in a Python app's file, or says is wrong with it. */
@Tag("python")
final class PythonAppTest {
  private static final String HEAD =
      """
      import asyncio, os, sys, threading, time
      from livekit.agents import *

      async def entry(ctx):
          pass
      """;

  @TempDir private Path folder;

  private Path app(String body) throws IOException {
    return Files.writeString(folder.resolve("app.py"), HEAD + body);
  }

  private static JsonObject option(JsonObject described, String name) {
    return described.object("options").object(name);
  }

  @Test
  void workerOptions_areDescribed_withWhatTheAppHasSet() throws IOException {
    Path app =
        app(
            """
            cli.run_app(WorkerOptions(
                entrypoint_fnc=entry, agent_name="tester", num_idle_processes=7, port=9000,
                load_threshold=float("inf"), load_fnc=lambda: 0.5, job_memory_limit_mb=500,
                permissions=WorkerPermissions(hidden=True), prometheus_port=9100,
                api_key="the-key", api_secret="the-secret", ws_url="ws://elsewhere"))
            print("never reached")
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      JsonObject described = host.described();
      assertEquals("tester", described.string("agent_name"));
      assertEquals("fork", described.string("mode"), described::toString);
      assertTrue(described.flag("tried", false));
      assertFalse(described.flag("requests", true));
      assertEquals(7, option(described, "num_idle_processes").number("value"));
      assertEquals(500, option(described, "job_memory_limit_mb").number("value"));
      assertTrue(option(described, "port").flag("set", false));
      assertTrue(option(described, "load_threshold").flag("set", false));
      assertFalse(option(described, "drain_timeout").flag("set", true));
      assertEquals(3600, option(described, "drain_timeout").number("value"));
      assertTrue(option(described, "permissions").object("value").flag("hidden", false));
      assertEquals("ws://elsewhere", option(described, "ws_url").string("value"));
      assertEquals(
          List.of("load_fnc", "prometheus_port"),
          described.objects("refused").stream().map(r -> r.string("option")).toList());
      assertTrue(option(described, "api_secret").flag("set", false));
      assertFalse(described.toString().contains("the-secret"));
      assertFalse(host.output().contains("never reached"));
      host.send("type", "ping", "t", 5);
      assertEquals(5, host.await("pong").number("t"));
    }
  }

  @Test
  void agentServer_thatIsOnlyAGlobal_isFound_onTheOlderFramework() throws IOException {
    Path app =
        app(
            """
            other = AgentServer()
            server = AgentServer(num_idle_processes=2)

            @server.rtc_session(agent_name="global", on_request=entry, on_session_end=entry)
            async def session(ctx):
                pass
            """);
    try (AppHostUnderTest host =
        AppHostUnderTest.start(PythonTools.olderPython(), app, Map.of("LIVEKIT_URL", "ws://x"))) {
      JsonObject described = host.described();
      assertEquals("1.7.1", described.string("version"));
      assertTrue(described.flag("tried", false));
      assertEquals("global", described.string("agent_name"));
      assertTrue(described.flag("requests", false));
      assertEquals(300, option(described, "session_end_timeout").real("value", 0));
      assertFalse(option(described, "ws_url").flag("set", true));
    }
  }

  @Test
  void app_thatRunsItsServerItself_isCapturedThere() throws IOException {
    Path app =
        app(
            """
            server = AgentServer()
            server.rtc_session(entry, agent_name="own-loop")

            async def main():
                running = asyncio.create_task(server.run())
                await asyncio.sleep(1000)

            asyncio.run(main())
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      assertEquals("own-loop", host.described().string("agent_name"));
      assertFalse(host.output().contains("Captured"), host.output());
    }
  }

  @Test
  void app_whoseImportStartsAThread_isNotForked_andTheThreadIsNamed() throws IOException {
    Path app =
        app(
            """
            threading.Thread(target=time.sleep, args=(1000,), name="ticker", daemon=True).start()
            cli.run_app(WorkerOptions(entrypoint_fnc=entry))
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      JsonObject described = host.described();
      assertEquals("spawn", described.string("mode"));
      assertEquals("the app's import started a thread (ticker)", described.string("why"));
    }
  }

  @Test
  void app_thatBringsASileroVad_isForked() throws IOException {
    Path app =
        app(
            """
            from livekit.plugins import silero
            VAD = silero.VAD.load()
            cli.run_app(WorkerOptions(entrypoint_fnc=entry))
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      JsonObject described = host.described();
      assertEquals("fork", described.string("mode"), () -> described.string("why", ""));
    }
  }

  @Test
  void app_whoseLibraryStartsAThread_isNotForked_althoughPythonDoesNotKnowTheThread()
      throws IOException {
    Path app =
        app(
            """
            import ctypes

            library, thread = ctypes.CDLL(None), ctypes.c_ulong()
            pause = ctypes.cast(library.pause, ctypes.c_void_p)
            assert library.pthread_create(ctypes.byref(thread), None, pause, None) == 0
            assert threading.active_count() == 1
            cli.run_app(WorkerOptions(entrypoint_fnc=entry))
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      JsonObject described = host.described();
      assertEquals("spawn", described.string("mode"));
      assertEquals(
          "the app's import started a thread (a native library's)", described.string("why"));
    }
  }

  /** Each app that cannot be run: the kind, what its line must say, and what it ends with. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          import | ModuleNotFoundError: No module named 'nosuchmodule'; install | import nosuchmodule
          import | ValueError: boom | raise ValueError('boom')
          import | SyntaxError | def f(:
          exit | sys.exit(3) | sys.exit(3)
          no-worker | there is no worker in app.py | x = 1
          no-worker | has no entry point | server = AgentServer()
          two-workers | several workers (a, b) | a, b = AgentServer(), AgentServer()
          unsupported | ServerType.ROOM | cli.run_app(WorkerOptions(entrypoint_fnc=entry, worker_type=WorkerType.PUBLISHER))
          """)
  void host_ofAnAppThatCannotRun_saysWhyInOneLine(String kind, String error, String body)
      throws IOException, InterruptedException {
    try (AppHostUnderTest host = AppHostUnderTest.start(app(body))) {
      JsonObject failed = host.failed();
      assertEquals(kind, failed.string("kind", ""), failed::toString);
      assertTrue(failed.string("error").contains(error), failed::toString);
      assertFalse(failed.string("error").contains("\n"));
      assertFalse(failed.string("detail").contains("lkagent_app.py"), failed::toString);
      assertEquals(1, host.process().waitFor());
    }
  }

  @Test
  void secondRunApp_isRefused_withItsLine() throws IOException {
    Path app =
        app(
            """
            if __name__ == "__main__":
                cli.run_app(WorkerOptions(entrypoint_fnc=entry, agent_name="a"))
                cli.run_app(WorkerOptions(entrypoint_fnc=entry, agent_name="b"))
            """);
    try (AppHostUnderTest host = AppHostUnderTest.start(app)) {
      JsonObject failed = host.failed();
      assertEquals("two-workers", failed.string("kind", ""), failed::toString);
      assertTrue(failed.string("error").contains("lines 7 and 8"), failed::toString);
    }
  }

  @Test
  void interpreterWithoutTheFramework_isNamed_withTheRemedy() throws IOException {
    // -S: without its site-packages, this interpreter has no framework.
    Path bare = folder.resolve("bare-python");
    Files.writeString(bare, "#!/bin/sh\nexec " + PythonTools.python() + " -S \"$@\"\n");
    assertTrue(bare.toFile().setExecutable(true));
    try (AppHostUnderTest host = AppHostUnderTest.start(bare, app(""), Map.of())) {
      JsonObject failed = host.failed();
      assertEquals("framework-missing", failed.string("kind"));
      assertTrue(failed.string("error").contains("pip install livekit-agents"), failed::toString);
    }
  }

  @Test
  void frameworkTooOld_isRefused_withTheRange() throws IOException {
    Path fake = Files.createDirectories(folder.resolve("old/livekit/agents"));
    Files.writeString(fake.resolveSibling("__init__.py"), "");
    Files.writeString(fake.resolve("__init__.py"), "__version__ = '1.6.4'\n");
    Files.writeString(fake.resolve("cli.py"), "");
    Map<String, String> path = Map.of("PYTHONPATH", folder.resolve("old").toString());
    try (AppHostUnderTest host = AppHostUnderTest.start(PythonTools.python(), app(""), path)) {
      JsonObject failed = host.failed();
      assertEquals("framework-old", failed.string("kind"), failed::toString);
      assertTrue(failed.string("error").contains("1.6.4 is too old"), failed::toString);
      assertTrue(failed.string("error").contains("1.7 and 1.8"), failed::toString);
    }
  }

  @Test
  void frameworkThatNobodyTried_isTried_andSaid() throws IOException {
    Path fake = Files.createDirectories(folder.resolve("new"));
    Files.writeString(
        fake.resolve("sitecustomize.py"),
        "import livekit.agents\nlivekit.agents.__version__ = '1.99.0'\n");
    Map<String, String> path = Map.of("PYTHONPATH", fake.toString());
    Path app = app("cli.run_app(WorkerOptions(entrypoint_fnc=entry))");
    try (AppHostUnderTest host = AppHostUnderTest.start(PythonTools.python(), app, path)) {
      JsonObject described = host.described();
      assertEquals("1.99.0", described.string("version"));
      assertFalse(described.flag("tried", true));
    }
  }

  @Test
  void endOfInput_endsTheHost() throws IOException, InterruptedException {
    try (AppHostUnderTest host =
        AppHostUnderTest.start(app("cli.run_app(WorkerOptions(entrypoint_fnc=entry))"))) {
      host.described();
      host.process().getOutputStream().close();
      assertEquals(0, host.process().waitFor());
    }
  }
}
