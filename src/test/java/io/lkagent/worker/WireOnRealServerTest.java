package io.lkagent.worker;

import io.lkagent.testing.OnRealServer;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Our worker's words on the way to the real livekit-server. */
@OnRealServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
final class WireOnRealServerTest extends WireScenarios {
  private final RealLiveKit server = RealLiveKit.start();

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  ServerUnderTest server() {
    return server;
  }
}
