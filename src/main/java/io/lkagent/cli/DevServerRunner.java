package io.lkagent.cli;

import io.lkagent.devserver.DevServer;
import io.lkagent.devserver.DevServerConfig;
import io.lkagent.devserver.DevServerStartException;
import io.lkagent.lifecycle.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** {@code lkagent dev-server}: runs it until a signal comes. */
final class DevServerRunner implements UseCases.DevServerRun {
  @Override
  public ExitCode run(DevServerOptions options, SecretSource secret, Console console) {
    CountDownLatch stop = new CountDownLatch(1);
    Signals.handle("TERM", name -> stop.countDown());
    Signals.handle("INT", name -> stop.countDown());
    try (DevServer server =
        DevServer.start(
            config(options, secret),
            faults -> options.faults.forEach(fault -> fault.effect().accept(faults)))) {
      if (options.portFile != null) {
        announce(options.portFile, server.port());
      }
      console.result(server.url());
      console.note(
          "dev server on " + server.url() + ", key " + options.apiKey + "; stop it with Ctrl-C");
      options.faults.forEach(fault -> console.note("misbehaves on demand: " + fault.text()));
      stop.await();
      return ExitCode.DONE;
    } catch (DevServerStartException e) {
      console.error(String.valueOf(e.getMessage()));
      return ExitCode.CANNOT_LISTEN;
    } catch (IOException e) {
      console.error("--port-file: " + options.portFile + " cannot be written");
      return ExitCode.CANNOT_LISTEN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED;
    }
  }

  private static DevServerConfig config(DevServerOptions options, SecretSource secret) {
    DevServerConfig defaults = DevServerConfig.defaults();
    DevServerConfig config =
        defaults
            .withAddress(options.host, options.port)
            .withKey(options.apiKey, secret.read().orElse(defaults.apiSecret()))
            .withCopyServerDelays(options.realDelays);
    return options.tlsCertificate == null || options.tlsKey == null
        ? config
        : config.withTls(new DevServerConfig.TlsFiles(options.tlsCertificate, options.tlsKey));
  }

  private static void announce(Path file, int port) throws IOException {
    Path target = file.toAbsolutePath();
    Path written = target.resolveSibling("." + target.getFileName() + ".new");
    Files.writeString(written, port + "\n");
    Files.move(
        written,
        target,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
