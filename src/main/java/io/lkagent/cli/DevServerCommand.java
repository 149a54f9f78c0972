package io.lkagent.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent dev-server}. */
@Command(
    name = "dev-server",
    mixinStandardHelpOptions = true,
    description = "Runs LiveKit's control plane, without media, on one port of this machine.",
    footer = {"", "Example: lkagent dev-server --port 7880"})
final class DevServerCommand implements Runnable, LkagentCommand.WithExit {
  @ParentCommand LkagentCommand root = LkagentCommand.unset();
  @Mixin DevServerOptions options = new DevServerOptions();
  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    if ((options.tlsCertificate == null) != (options.tlsKey == null)) {
      throw new UsageException("--tls-certificate and --tls-key go together; one is missing");
    }
    WorkerCommand.checkPort("--port", options.port);
    if (options.faults.isEmpty()) {
      options.faults = StartFault.ofEnvironment(root.context().environment());
    }
    SecretSource secret =
        SecretSource.of(
            options.apiSecretFile, root.context().environment(), root.context().directory());
    exit = root.context().useCases().devServer().run(options, secret, root.console());
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
