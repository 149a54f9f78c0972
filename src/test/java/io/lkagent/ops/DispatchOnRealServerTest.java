package io.lkagent.ops;

import io.lkagent.testing.RealLiveKit;
import io.lkagent.testing.ServerUnderTest;
import io.lkagent.testing.TriedAgain;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Dispatching on the real livekit-server. */
@ExtendWith(TriedAgain.class)
@Tag("livekit")
@Isolated("a dispatch that is answered late is lost, on the real server")
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
