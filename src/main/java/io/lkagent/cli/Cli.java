package io.lkagent.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The whole command line as a function: arguments and environment in, exit code and text out. */
public final class Cli {
  private final Map<String, String> environment;
  private final Path directory;
  private final UseCases useCases;
  private final Console console;
  private final boolean debug;

  Cli(Map<String, String> environment, Path directory, UseCases useCases, Console console) {
    this.environment = environment;
    this.directory = directory;
    this.useCases = useCases;
    this.console = console;
    this.debug = !environment.getOrDefault("LKAGENT_DEBUG", "").isEmpty();
  }

  /** Runs the real thing; the caller ends with what this returns, when all is written. */
  public static int start(String[] args) {
    Map<String, String> environment = System.getenv();
    Console console = new Console(System.out, System.err, environment, Terminal.all());
    try {
      return new Cli(environment, Path.of(""), Wiring.real(), console).run(args);
    } finally {
      Logging.flush();
      System.out.flush();
    }
  }

  /** Runs in memory. */
  static int run(
      String[] args,
      Map<String, String> environment,
      Path directory,
      UseCases useCases,
      PrintStream out,
      PrintStream err) {
    Console console = new Console(out, err, environment, false);
    return new Cli(environment, directory, useCases, console).run(args);
  }

  int run(String[] args) {
    if (List.of(args).equals(List.of("--version"))) {
      // Scripts ask for it at every turn, and it needs no option model.
      console.result(LkagentCommand.Version.text());
      return ExitCode.DONE.code();
    }
    Layers layers = new Layers(environment, ConfigFile.none(), null, AppLayer.none());
    try {
      refuseSecrets(args);
      CommandLine root = commandLine(args, layers);
      root.setParameterExceptionHandler(
          (e, _) -> wrongUsage(withSource(e, layers), e.getCommandLine()));
      root.setExecutionExceptionHandler((e, _, parsed) -> failed(e, args));
      return root.execute(args);
    } catch (UsageException e) {
      return wrongUsage(String.valueOf(e.getMessage()), null);
    } catch (RuntimeException e) {
      return failed(e, args);
    }
  }

  /** The option model; nothing runs yet. */
  CommandLine commandLine(String[] args, Layers layers) {
    LkagentCommand.Context context =
        new LkagentCommand.Context(
            environment,
            directory,
            useCases,
            workers(args),
            words -> workers(words.toArray(String[]::new)),
            console);
    CommandLine root = new CommandLine(new LkagentCommand(context));
    String asked = Stream.of(args).filter(arg -> !arg.startsWith("-")).findFirst().orElse("");
    addCommands(root, asked);
    root.setDefaultValueProvider(layers);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.setUsageHelpWidth(100);
    shortSynopsis(root);
    root.setOut(writer(console.out()));
    root.setErr(writer(console.err()));
    root.setColorScheme(Help.defaultColorScheme(console.colour() ? Help.Ansi.ON : Help.Ansi.OFF));
    root.setHelpFactory(HelpPage::new);
    root.setExecutionStrategy(this::execute);
    return root;
  }

  private WorkerConfigs workers(String[] args) {
    return new WorkerConfigs(environment, directory, under -> parse(args, under));
  }

  /** Only what is asked for: reading the options of all commands costs each of them 100 ms. */
  private static void addCommands(CommandLine root, String asked) {
    Supplier<Object> one = LkagentCommand.COMMANDS.get(asked);
    if (one != null) {
      root.addSubcommand(asked, one.get());
    } else {
      LkagentCommand.COMMANDS.forEach((name, command) -> root.addSubcommand(name, command.get()));
    }
  }

  /** The innermost command, parsed with these layers behind its flags. */
  private CommandLine parse(String[] args, Layers layers) {
    CommandLine.ParseResult result = commandLine(args, layers).parseArgs(args);
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }
    return result.commandSpec().commandLine();
  }

  private int execute(CommandLine.ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    CommandLine.ParseResult result = parsed;
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }
    CommandLine command = result.commandSpec().commandLine();
    if (!(command.getCommand() instanceof Runnable runnable)) {
      throw new ParameterException(command, "which command? " + choices(command));
    }
    try {
      runnable.run();
    } catch (UsageException e) {
      return wrongUsage(String.valueOf(e.getMessage()), null);
    } catch (RuntimeException e) {
      return failed(e, parsed.originalArgs().toArray(String[]::new));
    }
    return runnable instanceof LkagentCommand.WithExit ended ? ended.exit().code() : 0;
  }

  private static String choices(CommandLine command) {
    return String.join(", ", command.getSubcommands().keySet())
        + " ("
        + command.getCommandSpec().qualifiedName()
        + " --help says more)";
  }

  private int wrongUsage(String message, @Nullable CommandLine command) {
    String oneLine = message.lines().findFirst().orElse("wrong usage");
    console.error(oneLine);
    if (command != null && !oneLine.contains("--help")) {
      console.err().println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return ExitCode.USAGE.code();
  }

  private int failed(Exception e, String[] args) {
    if (e instanceof UsageException) {
      return wrongUsage(String.valueOf(e.getMessage()), null);
    }
    console.error(
        "a defect: " + String.valueOf(e).lines().findFirst().orElse("") + "; please report it");
    if (debug || List.of(args).contains("--debug")) {
      e.printStackTrace(console.err());
    } else {
      console.err().println("Run it again with --debug for the report's stack trace.");
    }
    return ExitCode.DEFECT.code();
  }

  /** A secret on the command line is readable by every user of the machine. */
  private static void refuseSecrets(String[] args) {
    boolean secret =
        Stream.of(args)
            .anyMatch(arg -> arg.equals("--api-secret") || arg.startsWith("--api-secret="));
    if (secret) {
      throw new UsageException(
          "--api-secret does not exist: other users can read a command line; set LIVEKIT_API_SECRET or give --api-secret-file FILE");
    }
  }

  /** The message, and where the value came from when no flag gave it. */
  static String withSource(ParameterException e, Layers layers) {
    // What a layer itself refuses arrives wrapped.
    Throwable cause = e.getCause();
    String message =
        String.valueOf(cause instanceof UsageException ? cause.getMessage() : e.getMessage());
    message = message.lines().findFirst().orElse("");
    if (cause instanceof UsageException) {
      return message;
    }
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      String typed = unmatched.getUnmatched().getFirst().split("=", 2)[0];
      return "unknown %s \"%s\"%s"
          .formatted(
              typed.startsWith("-") ? "option" : "argument",
              typed,
              Suggestion.forTypo(typed, known(e.getCommandLine(), typed)));
    }
    ArgSpec arg = e.getArgSpec();
    if (arg instanceof OptionSpec option && option.originalStringValues().isEmpty()) {
      Layers.Answer answer = layers.answer(option);
      return answer == null ? message : message + " (" + answer.source() + ")";
    }
    return message;
  }

  private static List<String> known(CommandLine command, String typed) {
    return typed.startsWith("-")
        ? command.getCommandSpec().options().stream().map(OptionSpec::longestName).toList()
        : List.copyOf(command.getSubcommands().keySet());
  }

  private static void shortSynopsis(CommandLine command) {
    command.getCommandSpec().usageMessage().abbreviateSynopsis(true);
    command.getSubcommands().values().forEach(Cli::shortSynopsis);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }
}
