package io.lkagent.devserver;

import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerScenarios;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.TriedAgain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** The scenarios against the real livekit-server. */
@Isolated("a dispatch that is answered late is lost, on the real server")
@ExtendWith(TriedAgain.class)
@Tag("livekit")
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
