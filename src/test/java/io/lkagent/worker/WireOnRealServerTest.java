package io.lkagent.worker;

import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.TriedAgain;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Our worker's words on the way to the real livekit-server. */
@ExtendWith(TriedAgain.class)
@Tag("livekit")
@Isolated("a dispatch that is answered late is lost, on the real server")
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
