package io.lkagent.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.devserver.DevServerConfig;
import io.lkagent.ipc.FromChild;
import io.lkagent.testing.ChildUnderTest;
import io.lkagent.testing.DevServerUnderTest;
import io.lkagent.testing.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent's process in a room of a dev server that speaks TLS. */
final class DevRoomTlsTest {
  @TempDir static Path folder = Path.of("");
  private static TestCertificate certificate;
  private static DevServerUnderTest server;

  @BeforeAll
  static void start() throws Exception {
    certificate = TestCertificate.in(folder);
    server = new DevServerUnderTest(DevServerConfig.defaults().withTls(certificate.pemFiles()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private ChildUnderTest joiner(Path authority) throws Exception {
    ChildUnderTest child =
        ChildUnderTest.agent(
                Map.of("LKAGENT_CA_FILE", authority.toString()), TestAgents.Quitter.class)
            .toReady();
    assertTrue(server.url().startsWith("wss://"), server.url());
    child.startJob(ChildUnderTest.job(server, "room"));
    return child;
  }

  @Test
  void join_authorityOfTheFile_isTrusted() throws Exception {
    try (ChildUnderTest child = joiner(certificate.pem())) {
      FromChild.Done done = child.await(FromChild.Done.class);
      assertTrue(done.success(), done.reason());
      child.shutdown("job-done");
      assertEquals(0, child.awaitExit());
    }
  }

  @Test
  void join_anotherAuthority_failsInOneClearLine() throws Exception {
    Path other = TestCertificate.in(Files.createDirectory(folder.resolve("other"))).pem();
    try (ChildUnderTest child = joiner(other)) {
      String reason = failure(child);
      assertTrue(reason.contains("no TLS connection ("), reason);
      assertTrue(reason.contains("LKAGENT_CA_FILE is " + other), reason);
    }
  }

  @Test
  void join_noSuchFile_namesIt() throws Exception {
    Path missing = folder.resolve("missing.pem");
    try (ChildUnderTest child = joiner(missing)) {
      String reason = failure(child);
      assertTrue(reason.contains("LKAGENT_CA_FILE: cannot read"), reason);
      assertTrue(reason.contains(missing.toString()), reason);
    }
  }

  private String failure(ChildUnderTest child) {
    FromChild.Done done = child.await(FromChild.Done.class);
    assertFalse(done.success());
    assertFalse(done.reason().contains("\n"), done.reason());
    assertTrue(done.reason().contains(server.url() + "/dev/join"), done.reason());
    return done.reason();
  }
}
