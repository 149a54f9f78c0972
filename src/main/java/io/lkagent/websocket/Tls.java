package io.lkagent.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS towards a server: whom to trust, and the handshake. */
public final class Tls {
  private Tls() {}

  /**
   * Trusts the JDK's authorities, or those of {@code pem} alone.
   *
   * @throws IOException naming the file, when it cannot be read
   */
  public static SSLContext trusting(@Nullable Path pem) throws IOException {
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

  /** Shakes hands over {@code raw}; the certificate must be the server's and trusted. */
  public static Socket over(Socket raw, Address server, SSLContext trust) throws IOException {
    SSLSocket socket =
        (SSLSocket) trust.getSocketFactory().createSocket(raw, server.host(), server.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }
}
