package io.lkagent.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.Lkagent;
import io.lkagent.testing.RawWebSocket;
import io.lkagent.testing.RawWorker;
import io.lkagent.testing.ServerApi;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.TestTokens;
import io.lkagent.time.Time;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dev server as a command. */
final class DevServerCommandTest {
  @TempDir Path folder;

  /** A running command as a server that tests talk to. */
  private record Command(Lkagent run) implements ServerUnderTest {
    @Override
    public String url() {
      return "ws://127.0.0.1:" + run.port();
    }

    @Override
    public String key() {
      return "devkey";
    }

    @Override
    public String secret() {
      return "secret";
    }

    @Override
    public void restart() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      run.close();
    }
  }

  @Test
  void faults_namedAtItsStart_areThereForTheFirstCaller_andEndOnDemand() throws Exception {
    try (Lkagent run =
            Lkagent.start(
                folder,
                Map.of("LKAGENT_DEV_SERVER_FAULT", "delay-answers=1h"),
                "dev-server",
                "--port=0",
                "--port-file",
                "@port",
                "--fault=refuse-upgrades",
                "--fault=drop-replies=CreateRoom:2",
                "--fault=delay-answers=200ms");
        Command server = new Command(run)) {
      ServerApi api = new ServerApi(server);
      assertEquals(
          503,
          assertThrows(RawWebSocket.UpgradeRefused.class, () -> RawWorker.connect(server))
              .status());
      assertThrows(AssertionError.class, () -> api.createRoom("a"));
      assertThrows(AssertionError.class, () -> api.createRoom("b"));
      long start = Time.raw().nanos();
      assertEquals(2, api.rooms().size());
      assertTrue(Time.raw().nanos() - start >= 200_000_000L);
      byte[] clear = "{\"clear\":true}".getBytes(StandardCharsets.UTF_8);
      String admin = TestTokens.admin(server, "");
      assertEquals(200, api.post("/dev/faults", admin, "application/json", clear).statusCode());
      RawWorker.connect(server).close();
      assertTrue(run.stderr().contains("misbehaves on demand: refuse-upgrades"), run::said);
    }
  }
}
