package io.lkagent.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The certificates that an endpoint trusts. */
final class Trust {
  private Trust() {}

  /**
   * The TLS settings of an endpoint: the JDK's authorities, or those of its PEM file alone.
   *
   * @throws IOException naming the file, when it cannot be read
   */
  static SSLContext of(Endpoint endpoint) throws IOException {
    Path pem = endpoint.trusted();
    try {
      return pem == null ? SSLContext.getDefault() : only(pem);
    } catch (GeneralSecurityException | IOException e) {
      throw new IOException("cannot read the certificates in " + pem + ": " + e.getMessage(), e);
    }
  }

  private static SSLContext only(Path pem) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(pem)) {
      int count = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + count++, certificate);
      }
      if (count == 0) {
        throw new IOException("it holds none");
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
