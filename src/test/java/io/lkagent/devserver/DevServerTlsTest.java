package io.lkagent.devserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.testing.RawWebSocket;
import io.lkagent.testing.TestTokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dev server with a certificate. */
final class DevServerTlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir Path folder;

  private Path pem(String name, String kind, byte[] der) throws Exception {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
  }

  private KeyStore certificate() throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertTrue(keytool.waitFor(60, TimeUnit.SECONDS));
    return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
  }

  @Test
  void tls_workerConnectsOverWss() throws Exception {
    KeyStore store = certificate();
    Certificate certificate = store.getCertificate("server");
    PrivateKey key = (PrivateKey) store.getKey("server", PASSWORD.toCharArray());
    DevServerConfig config =
        DevServerConfig.defaults()
            .withTls(
                new DevServerConfig.TlsFiles(
                    pem("chain.pem", "CERTIFICATE", certificate.getEncoded()),
                    pem("key.pem", "PRIVATE KEY", key.getEncoded())));
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    X509TrustManager manager = (X509TrustManager) trust.getTrustManagers()[0];
    try (DevServer server = DevServer.start(config)) {
      assertTrue(server.url().startsWith("wss://"));
      String token = TestTokens.worker(config.apiKey(), config.apiSecret());
      String url = server.url() + "/agent?protocol=1&access_token=" + token;
      try (RawWebSocket socket = RawWebSocket.connect(context.getSocketFactory(), manager, url)) {
        socket.send("{\"ping\":{\"timestamp\":7}}");
        assertTrue(socket.next(Duration.ofSeconds(10)) instanceof RawWebSocket.Frame.Text);
        assertEquals(0, server.faults().cutWorkers());
      }
    }
  }

  @Test
  void tls_badFiles_startFails() throws Exception {
    Path nothing = Files.writeString(folder.resolve("nothing.pem"), "");
    DevServerConfig config =
        DevServerConfig.defaults().withTls(new DevServerConfig.TlsFiles(nothing, nothing));
    DevServerStartException e =
        assertThrows(DevServerStartException.class, () -> DevServer.start(config));
    assertTrue(String.valueOf(e.getMessage()).contains("nothing.pem"));
  }
}
