package io.lkagent.cli;

import io.lkagent.cli.UseCases.DispatchRun.DispatchCall;
import io.lkagent.cli.UseCases.DispatchRun.Wish;
import io.lkagent.ops.DispatchRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lkagent dispatch}. */
@Command(
    name = "dispatch",
    mixinStandardHelpOptions = true,
    description =
        "Brings an agent into a room: the one that is there, else a new one; waits for it.",
    footer = {"", "Example: lkagent dispatch support-42 --agent-name assistant"})
final class DispatchCommand implements Runnable, LkagentCommand.WithExit {
  private static final int MAX_ROOM_NAME_BYTES = 256;

  @ParentCommand LkagentCommand root = LkagentCommand.unset();
  @Mixin ServerOptions server = new ServerOptions();
  @Mixin Output.Options output = new Output.Options();

  @Parameters(
      paramLabel = "ROOM",
      arity = "0..1",
      description = "The room; made with its agent when it does not exist.")
  @Nullable String room;

  @Option(
      names = "--agent-name",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The workers' agent name; empty: the automatic one.")
  String agentName = "";

  @Option(names = "--metadata", paramLabel = "TEXT", description = "For the agent's job.")
  @Nullable String metadata;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Values.Durations.class,
      description = "How long to wait for the agent.")
  Duration patience = Duration.ZERO;

  @Option(names = "--no-wait", description = "Return once the server has the dispatch.")
  boolean noWait;

  @Option(names = "--no-create-room", description = "Fail when the room does not exist.")
  boolean noCreateRoom;

  @Option(names = "--list", description = "Show the room's dispatches, or those of all rooms.")
  boolean list;

  @Option(names = "--delete", paramLabel = "ID", description = "End this dispatch and its agent.")
  @Nullable String delete;

  @Option(names = "--runtime-dir", paramLabel = "DIR", description = "Where commands find workers.")
  @Nullable Path runtimeDir;

  private ExitCode exit = ExitCode.DONE;

  @Override
  public void run() {
    LkagentCommand.Context context = root.context();
    Wish wish = wish();
    SecretSource secret =
        SecretSource.of(server.apiSecretFile, context.environment(), context.directory());
    exit =
        context
            .useCases()
            .dispatch()
            .run(
                new DispatchCall(
                    wish,
                    server.endpoint(server.url, context.environment()),
                    server.credentials(secret, ""),
                    runtimeDir,
                    output.form),
                root.console());
  }

  private Wish wish() {
    if (Stream.of(list, delete != null, noWait).filter(one -> one).count() > 1) {
      throw new UsageException("--list, --delete and --no-wait do not go together; choose one");
    }
    if (list) {
      return new Wish.ListThem(room == null ? null : checked(room));
    }
    if (room == null) {
      throw new UsageException(
          "which room? lkagent dispatch ROOM --agent-name NAME (--list without a room shows all of them)");
    }
    String name = checked(room);
    if (delete != null) {
      return new Wish.Delete(name, delete);
    }
    if (patience.isZero()) {
      throw new UsageException("--wait is 0; it must be at least 1ms (or --no-wait)");
    }
    return new Wish.Bring(
        new DispatchRequest(
            name,
            agentName,
            metadata == null ? "" : metadata,
            noWait ? Duration.ZERO : patience,
            !noCreateRoom));
  }

  private static String checked(String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_ROOM_NAME_BYTES) {
      throw new UsageException(
          "the room's name has %d bytes (UTF-8); LiveKit takes at most %d"
              .formatted(bytes, MAX_ROOM_NAME_BYTES));
    }
    if (name.isBlank()) {
      throw new UsageException("the room's name is empty; give one");
    }
    return name;
  }

  @Override
  public ExitCode exit() {
    return exit;
  }
}
