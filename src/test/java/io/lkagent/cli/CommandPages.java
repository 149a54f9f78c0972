package io.lkagent.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Every command and option as the option model has them, for the pages that are made from it. */
final class CommandPages {
  private CommandPages() {}

  /** One command: its words without the program's, such as {@code worker start}. */
  record Command(String path, CommandSpec spec) {
    String fullName() {
      return path.isEmpty() ? "lkagent" : "lkagent " + path;
    }

    String page() {
      return fullName().replace(' ', '-');
    }

    String description() {
      return String.join(" ", spec.usageMessage().description()).strip();
    }

    List<CommandSpec> children() {
      return spec.subcommands().values().stream().map(CommandLine::getCommandSpec).toList();
    }

    /** Sorted as in the help; {@code --help} and {@code --version} too. */
    List<OptionSpec> options() {
      return spec.options().stream()
          .filter(option -> !option.hidden())
          .sorted((a, b) -> a.longestName().compareTo(b.longestName()))
          .toList();
    }

    List<PositionalParamSpec> arguments() {
      return spec.positionalParameters();
    }

    /** The example lines of its help. */
    List<String> examples() {
      return Stream.of(spec.usageMessage().footer())
          .filter(line -> line.startsWith("Example: "))
          .map(line -> line.substring("Example: ".length()))
          .toList();
    }
  }

  /** The program itself first, then each command before those below it. */
  static List<Command> all() {
    PrintStream nowhere =
        new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Cli cli =
        new Cli(
            Map.of(), Path.of(""), Wiring.real(), new Console(nowhere, nowhere, Map.of(), false));
    CommandSpec root =
        cli.commandLine(
                new String[0], new Layers(Map.of(), ConfigFile.none(), null, AppLayer.none()))
            .getCommandSpec();
    List<Command> all = new ArrayList<>();
    collect("", root, all);
    return all;
  }

  private static void collect(String path, CommandSpec spec, List<Command> all) {
    all.add(new Command(path, spec));
    for (CommandLine child : spec.subcommands().values()) {
      collect((path + " " + child.getCommandName()).strip(), child.getCommandSpec(), all);
    }
  }

  /** What it does, in words without picocli's marks. */
  static String text(OptionSpec option) {
    return String.join(" ", option.description()).replace("%%", "%").strip();
  }

  static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  /** The words that an option takes, when it takes only some. */
  static List<String> choices(OptionSpec option) {
    Class<?> type = option.typeInfo().isMultiValue() ? Object.class : option.type();
    if (!type.isEnum()) {
      return List.of();
    }
    return Stream.of(type.getEnumConstants())
        .map(each -> each.toString().toLowerCase(java.util.Locale.ROOT))
        .toList();
  }

  static boolean takesFile(OptionSpec option) {
    return option.paramLabel().equals("FILE");
  }

  static boolean takesFolder(OptionSpec option) {
    return option.paramLabel().equals("DIR");
  }
}
