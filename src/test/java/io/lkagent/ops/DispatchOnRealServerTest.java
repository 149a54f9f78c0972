package io.lkagent.ops;

import io.lkagent.testing.OnRealServer;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerUnderTest;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** Dispatching on the real livekit-server. */
@OnRealServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DispatchOnRealServerTest extends DispatchScenarios {
  private final RealLiveKit server = RealLiveKit.start();

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  ServerUnderTest server() {
    return server;
  }

  @Override
  Duration patience() {
    // Five seconds while its cache of agent names is cold.
    return Duration.ofSeconds(9);
  }
}
