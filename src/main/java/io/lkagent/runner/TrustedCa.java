package io.lkagent.runner;

import io.lkagent.sdk.RoomException;
import io.lkagent.websocket.Address;
import io.lkagent.websocket.FailureDetail;
import io.lkagent.websocket.Tls;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** TLS that trusts the authority in {@code LKAGENT_CA_FILE} alone; without one, the JDK's. */
final class TrustedCa {
  private static final String VARIABLE = "LKAGENT_CA_FILE";

  private TrustedCa() {}

  static Socket secure(Socket raw, Address server) throws RoomException {
    @Nullable String file = System.getenv(VARIABLE);
    boolean set = file != null && !file.isEmpty();
    SSLContext trust;
    try {
      trust = Tls.trusting(set ? Path.of(file) : null);
    } catch (IOException e) {
      throw new RoomException(VARIABLE + ": " + e.getMessage(), null);
    }
    try {
      return Tls.over(raw, server, trust);
    } catch (IOException e) {
      throw new RoomException(
          "no TLS connection ("
              + FailureDetail.of(e)
              + "): "
              + VARIABLE
              + (set ? " is " + file : " is not set")
              + "; it names the PEM file of the authority to trust",
          null);
    }
  }
}
