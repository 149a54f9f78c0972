package io.lkagent.cli;

import io.lkagent.cli.CommandPages.Command;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;

/** The README's tables of options, one for each command. */
final class OptionTables {
  static final String START =
      "<!-- option tables: made from the option model, see CONTRIBUTING.md -->";
  static final String END = "<!-- end of the option tables -->";

  private OptionTables() {}

  static String all() {
    return CommandPages.all().stream()
        .filter(command -> command.children().isEmpty())
        .map(OptionTables::table)
        .collect(Collectors.joining("\n"));
  }

  private static String table(Command command) {
    StringBuilder table = new StringBuilder();
    table.append("<details><summary><code>%s</code></summary>\n\n".formatted(command.fullName()));
    table.append("| Option | Default | Variable | Meaning |\n|---|---|---|---|\n");
    command.options().stream()
        .filter(option -> !Environment.namesOf(option).isEmpty() || !isStandard(option))
        .forEach(option -> table.append(row(option)));
    return table.append("\n</details>\n").toString();
  }

  private static boolean isStandard(OptionSpec option) {
    return option.usageHelp() || option.versionHelp();
  }

  private static String row(OptionSpec option) {
    String value = option.defaultValue();
    boolean shown = value != null && !value.isEmpty() && CommandPages.takesValue(option);
    String variables =
        Environment.namesOf(option).stream()
            .map(name -> "`" + name + "`")
            .collect(Collectors.joining(", "));
    return "| `%s%s` | %s | %s | %s |\n"
        .formatted(
            option.longestName(),
            CommandPages.takesValue(option) ? " " + option.paramLabel() : "",
            shown ? "`" + value + "`" : "",
            variables,
            CommandPages.text(option).replace("|", "\\|"));
  }
}
