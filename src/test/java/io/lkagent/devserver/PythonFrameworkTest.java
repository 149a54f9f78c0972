package io.lkagent.devserver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.PythonWorker;
import io.lkagent.testing.RecordingProxy;
import io.lkagent.testing.ServerApi;
import io.lkagent.time.Time;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** LiveKit's own Python worker on the dev server. */
@Tag("python")
final class PythonFrameworkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void livekitAgents_registers_andItsEntryPointIsReached() {
    String name = "python-" + Long.toHexString(Time.raw().nanos());
    try (DevServerUnderTest server = DevServerUnderTest.start();
        RecordingProxy proxy = RecordingProxy.inFrontOf(server.url());
        PythonWorker worker = PythonWorker.start(server, proxy.url(), name)) {
      RecordingProxy.Message registered =
          proxy.awaitMessage(m -> m.kind().equals("REGISTER") && m.server() != null, PATIENCE);
      assertEquals(1, registered.connection());
      new ServerApi(server).createRoom(name, name);
      worker.awaitOutput("ENTRY room=" + name + " ", PATIENCE);
    }
  }
}
