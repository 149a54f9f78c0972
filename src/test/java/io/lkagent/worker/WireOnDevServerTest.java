package io.lkagent.worker;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.ServerUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Our worker's words on the way to the dev server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
final class WireOnDevServerTest extends WireScenarios {
  private final DevServerUnderTest server = DevServerUnderTest.start();

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  ServerUnderTest server() {
    return server;
  }
}
