package io.lkagent.devserver;

import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.ServerScenarios;
import io.lkagent.testing.ServerUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** The scenarios against the dev server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.MethodName.class)
final class DevServerScenariosTest extends ServerScenarios {
  private final DevServerUnderTest server = DevServerUnderTest.start();

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  protected ServerUnderTest server() {
    return server;
  }
}
