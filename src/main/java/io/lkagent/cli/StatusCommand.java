package io.lkagent.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows the workers of this host, or those at some addresses, and their rooms.",
    footer = {"", "Example: lkagent status -o wide"})
final class StatusCommand implements Runnable, LkagentCommand.WithExit {
  private static final int HEALTH_PORT = 8081;

  @ParentCommand LkagentCommand root = LkagentCommand.unset();
  @Mixin Output.Options output = new Output.Options();

  @Option(
      names = "--url",
      paramLabel = "WORKER_URL",
      description = "A worker's health address, such as http://host:8081; repeatable.")
  List<String> urls = new ArrayList<>();

  @Option(names = "--runtime-dir", paramLabel = "DIR", description = "Where commands find workers.")
  @Nullable Path runtimeDir;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = Values.Durations.class,
      description = "How long to wait for each answer.")
  Duration timeout = Duration.ZERO;

  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    if (timeout.isZero()) {
      throw new UsageException("--timeout is 0; it must be at least 1ms");
    }
    exit =
        root.context()
            .useCases()
            .status()
            .run(
                new UseCases.StatusRun.StatusCall(
                    urls.stream().map(StatusCommand::address).toList(),
                    runtimeDir,
                    timeout,
                    output.form),
                root.console());
  }

  /** {@code host}, {@code host:port} or {@code http://host:port}. */
  static URI address(String text) {
    String full = text.contains("://") ? text : "http://" + text;
    try {
      URI uri = new URI(full.replaceAll("/+$", ""));
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (scheme.equals("ws") || scheme.equals("wss")) {
        throw new UsageException(
            "--url " + text + " is a LiveKit server's; here it is a worker's: http://host:8081");
      }
      boolean valid =
          uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null;
      if (!valid || !(scheme.equals("http") || scheme.equals("https"))) {
        throw notAnAddress();
      }
      return uri.getPort() < 0 && scheme.equals("http")
          ? new URI(scheme, null, uri.getHost(), HEALTH_PORT, uri.getPath(), null, null)
          : uri;
    } catch (URISyntaxException e) {
      throw notAnAddress();
    }
  }

  private static UsageException notAnAddress() {
    // Not quoted: it may hold a password.
    return new UsageException("--url is no worker's address; it looks like http://host:8081");
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
