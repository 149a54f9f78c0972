package io.lkagent.runner;

import io.lkagent.sdk.RoomException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The authority that {@code LKAGENT_CA_FILE} names, to be trusted instead of the JDK's. */
final class TrustedCa {
  private TrustedCa() {}

  static Optional<SSLContext> fromEnvironment() throws RoomException {
    @Nullable String file = System.getenv("LKAGENT_CA_FILE");
    if (file == null || file.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream pem = Files.newInputStream(Path.of(file))) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        trusted.setCertificateEntry("ca" + trusted.size(), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return Optional.of(context);
    } catch (IOException | GeneralSecurityException e) {
      throw new RoomException("LKAGENT_CA_FILE " + file + ": " + Failure.line(e), e);
    }
  }
}
