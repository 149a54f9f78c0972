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
    make(store, "s", "-ext bc:c");
    return read(store, "s");
  }

  /**
   * One that is valid for two days from {@code start} (keytool's words, such as {@code +1d}),
   * signed by an authority, which is what there is to trust.
   */
  public static TestCertificate startingAt(Path folder, String start)
      throws IOException, GeneralSecurityException {
    Path store = folder.resolve("signed.p12");
    make(store, "ca", "-ext bc:c");
    make(store, "s", "-signer ca -startdate " + start);
    return read(store, "ca");
  }

  private static void make(Path store, String alias, String more) throws IOException {
    keytool(
        "-genkeypair -keyalg EC -groupname secp256r1 -validity 2 -dname CN=lkagent-test-"
            + alias
            + " -ext san=dns:localhost,ip:127.0.0.1,dns:livekit.test -storetype PKCS12 -storepass "
            + PASSWORD
            + " -alias "
            + alias
            + " "
            + more
            + " -keystore",
        store.toString());
  }

  private static TestCertificate read(Path store, String trusted)
      throws IOException, GeneralSecurityException {
    Path pem = store.resolveSibling("ca.pem");
    keytool(
        "-exportcert -rfc -storepass "
            + PASSWORD
            + " -file "
            + pem
            + " -alias "
            + trusted
            + " -keystore",
        store.toString());
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    // The server shows its own, with the authority's behind it.
    keys.deleteEntry("ca");
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return new TestCertificate(context, pem, store);
  }

  /** Certificate and key as the dev server wants them, beside the key store. */
  public DevServerConfig.TlsFiles pemFiles() throws IOException, GeneralSecurityException {
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
