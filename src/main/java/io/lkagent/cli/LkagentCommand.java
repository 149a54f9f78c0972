package io.lkagent.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code lkagent}: the root of all commands, and what they share. */
@Command(
    name = "lkagent",
    mixinStandardHelpOptions = true,
    versionProvider = LkagentCommand.Version.class,
    description = "Operates LiveKit agents: one room, one process.",
    footer = {"", "Example: lkagent demo --rooms 50"})
final class LkagentCommand {
  /** The commands, in the order of the help. */
  static final Map<String, Supplier<Object>> COMMANDS = commands();

  private static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("worker", WorkerCommand::new);
    commands.put("dispatch", DispatchCommand::new);
    commands.put("status", StatusCommand::new);
    commands.put("probe-init", ProbeInitCommand::new);
    commands.put("dev-server", DevServerCommand::new);
    commands.put("demo", DemoCommand::new);
    return commands;
  }

  /**
   * What commands need beside their options.
   *
   * @param workersOf the workers that a command line of {@code worker start} would start
   */
  record Context(
      Map<String, String> environment,
      Path directory,
      UseCases useCases,
      WorkerConfigs workerConfigs,
      Function<List<String>, WorkerConfigs> workersOf,
      Console console) {}

  /** A command that says how it ended. */
  interface WithExit {
    ExitCode exit();
  }

  private final @Nullable Context context;

  @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces.")
  boolean debug;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      description = "Print results and errors only.")
  boolean quiet;

  LkagentCommand(@Nullable Context context) {
    this.context = context;
  }

  /** What a command's field holds until picocli has put the real root there. */
  static LkagentCommand unset() {
    return new LkagentCommand(null);
  }

  Context context() {
    if (context == null) {
      throw new IllegalStateException("a command ran without its root");
    }
    return context;
  }

  Console console() {
    Console console = context().console();
    console.quiet(quiet);
    return console;
  }

  /** The version that the jar's manifest names. */
  static final class Version implements picocli.CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {text()};
    }

    static String text() {
      String version = LkagentCommand.class.getPackage().getImplementationVersion();
      return "lkagent " + (version == null ? "(development)" : version);
    }
  }
}
