package io.lkagent.devserver;

import io.lkagent.testing.OnRealServer;
import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerScenarios;
import io.lkagent.testing.ServerUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The scenarios against the real livekit-server. */
@OnRealServer
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
final class RealServerScenariosTest extends ServerScenarios {
  private final RealLiveKit server = RealLiveKit.start();

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  protected ServerUnderTest server() {
    return server;
  }
}
