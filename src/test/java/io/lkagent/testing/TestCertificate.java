package io.lkagent.testing;

import io.lkagent.devserver.DevServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate for loopback that nobody trusts until told to, made by the JDK's keytool. */
public record TestCertificate(SSLContext server, Path pem, Path keyStore) {
  /** The key store's password. */
  public static final String PASSWORD = "password";

  public static TestCertificate in(Path folder) throws IOException, GeneralSecurityException {
    Path store = folder.resolve("server.p12");
    Path pem = folder.resolve("ca.pem");
    keytool(
        "-genkeypair -alias s -keyalg EC -groupname secp256r1 -validity 2 -dname CN=lkagent-test"
            + " -ext san=dns:localhost,ip:127.0.0.1,dns:livekit.test -ext bc:c -storetype PKCS12"
            + " -storepass "
            + PASSWORD
            + " -keystore",
        store.toString());
    keytool(
        "-exportcert -alias s -rfc -storepass " + PASSWORD + " -file " + pem + " -keystore",
        store.toString());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return new TestCertificate(context, pem, store);
  }

  /** The same as the two PEM files that the dev server takes. */
  public DevServerConfig.TlsFiles files() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
    byte[] key = keys.getKey("s", PASSWORD.toCharArray()).getEncoded();
    Path file = keyStore.resolveSibling("key.pem");
    Files.writeString(
        file,
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(key)
            + "\n-----END PRIVATE KEY-----\n");
    return new DevServerConfig.TlsFiles(pem, file);
  }

  private static void keytool(String arguments, String store) throws IOException {
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of(tool));
    command.addAll(java.util.List.of(arguments.split(" ", -1)));
    command.add(store);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("keytool failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
