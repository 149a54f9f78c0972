package io.lkagent.outside;

import static io.lkagent.testing.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.json.Json;
import io.lkagent.json.JsonObject;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.Lkagent;
import io.lkagent.testing.PythonTools;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.TestProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the worker's environment says of proxies and tracing reaches a Python app's job. */
@Tag("python")
final class PythonEnvironmentTest {
  private static final String APP =
      """
      import json, os
      from livekit.agents import AgentServer, JobContext, cli, utils

      server = AgentServer()

      @server.rtc_session(agent_name="outside")
      async def entry(ctx: JobContext):
          seen = {n: v for n, v in os.environ.items() if n.startswith(("OTEL_", "LIVEKIT_"))}
          async with utils.http_context.http_session().get("http://far.example/hello") as answer:
              seen["status"] = answer.status
          seen["proxy"] = ctx.proc.http_proxy
          with open("seen.json.new", "w") as file:
              json.dump(seen, file)
          os.rename("seen.json.new", "seen.json")

      if __name__ == "__main__":
          cli.run_app(server)
      """;
  private static final Map<String, String> TRACING =
      Map.of(
          "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318",
          "OTEL_SERVICE_NAME", "greeter",
          "LIVEKIT_OBSERVABILITY_URL", "https://observe.example");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"--max-jobs=3", "--no-fork"})
  void proxyAndTracing_reachTheJob_andItsSessionsUseTheProxy(String more) throws Exception {
    Files.writeString(folder.resolve("app.py"), APP);
    try (ServerUnderTest server = DevServerUnderTest.start();
        TestProxy proxy = TestProxy.to(java.net.URI.create(server.url()).getPort(), null)) {
      Map<String, String> environment = new HashMap<>(TRACING);
      environment.putAll(Lkagent.keys(server));
      environment.putAll(proxy.environment(""));
      environment.put("NO_PROXY", "127.0.0.1,localhost");
      try (Lkagent worker =
          Lkagent.start(
              folder,
              environment,
              Lkagent.workerArguments(
                  "--python=app.py", "--interpreter=" + PythonTools.python(), more))) {
        worker.awaitLog("registered");
        new ServerApi(server).createRoom("room", "outside");
        Path file = folder.resolve("seen.json");
        eventually(PythonRun.LONG, worker::said, () -> Files.exists(file));
        JsonObject seen = Json.parseObject(Files.readString(file));
        TRACING.forEach((name, value) -> assertEquals(value, seen.string(name)));
        assertEquals("http://127.0.0.1:" + proxy.port(), seen.string("proxy"));
        assertEquals(List.of("GET http://far.example/hello"), proxy.requests());
        worker.signal("KILL");
        worker.awaitNothingLeft(PythonRun.LONG);
      }
    }
  }
}
