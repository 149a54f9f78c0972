package io.lkagent.cli;

import io.lkagent.cli.CommandPages.Command;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command's manual page (section 1), in the roff of man(7). */
final class ManPage {
  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  static String of(Command command) {
    ManPage page = new ManPage();
    page.write(command);
    return page.page.toString();
  }

  private void write(Command command) {
    line(".\\\" Made from the option model; to renew it see CONTRIBUTING.md.");
    line(".TH " + command.page().toUpperCase(java.util.Locale.ROOT) + " 1 \"\" lkagent lkagent");
    line(".SH NAME");
    line(escape(command.page()) + " \\- " + escape(lower(command.description())));
    line(".SH SYNOPSIS");
    line(synopsis(command));
    line(".SH DESCRIPTION");
    line(escape(command.description()));
    commands(command);
    arguments(command);
    line(".SH OPTIONS");
    command.options().forEach(this::option);
    line(".PP");
    line("Flags go over the environment, that over lkagent.yaml, that over the defaults.");
    line(".SH EXIT STATUS");
    for (ExitCode code : ExitCode.values()) {
      line(".TP");
      line(".B " + code.code());
      line(escape(code.meaning()));
    }
    examples(command);
    seeAlso(command);
  }

  private static String synopsis(Command command) {
    StringBuilder line = new StringBuilder("\\fB" + escape(command.fullName()) + "\\fR");
    if (!command.children().isEmpty()) {
      line.append(" \\fICOMMAND\\fR");
    }
    line.append(" [\\fIOPTIONS\\fR]");
    command.arguments().forEach(argument -> line.append(' ').append(inSynopsis(argument)));
    return line.toString();
  }

  private static String inSynopsis(PositionalParamSpec argument) {
    String name = escape(argument.paramLabel()) + (argument.arity().isVariable() ? "..." : "");
    return argument.arity().min() == 0 ? "[" + name + "]" : name;
  }

  private void commands(Command command) {
    if (command.children().isEmpty()) {
      return;
    }
    line(".SH COMMANDS");
    for (CommandSpec child : command.children()) {
      line(".TP");
      line(".B " + escape(child.name()));
      line(escape(String.join(" ", child.usageMessage().description())));
    }
  }

  private void arguments(Command command) {
    if (command.arguments().isEmpty()) {
      return;
    }
    line(".SH ARGUMENTS");
    for (PositionalParamSpec argument : command.arguments()) {
      line(".TP");
      line(".I " + escape(argument.paramLabel()));
      line(escape(String.join(" ", argument.description())));
    }
  }

  private void option(OptionSpec option) {
    line(".TP");
    List<String> names = new ArrayList<>();
    for (String name : option.names()) {
      String value =
          CommandPages.takesValue(option) ? "=\\fI" + escape(option.paramLabel()) + "\\fR" : "";
      names.add("\\fB" + escape(name) + "\\fR" + (name.startsWith("--") ? value : ""));
    }
    line(String.join(", ", names));
    line(escape(CommandPages.text(option)));
    String origins = HelpPage.origins(option);
    if (!origins.isEmpty()) {
      line(escape(origins.strip()));
    }
  }

  private void examples(Command command) {
    if (command.examples().isEmpty()) {
      return;
    }
    line(".SH EXAMPLES");
    for (String example : command.examples()) {
      line(".PP");
      line(".EX");
      line(escape(example));
      line(".EE");
    }
  }

  private void seeAlso(Command command) {
    line(".SH SEE ALSO");
    List<String> others =
        CommandPages.all().stream()
            .map(Command::page)
            .filter(page -> !page.equals(command.page()))
            .toList();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < others.size(); i++) {
      lines.add(".BR " + escape(others.get(i)) + " (1)" + (i < others.size() - 1 ? "," : ""));
    }
    line(String.join("\n", lines));
  }

  private void line(String text) {
    page.append(text).append('\n');
  }

  /** Backslashes, dashes that are typed, and a dot or quote that would start a request. */
  private static String escape(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  private static String lower(String sentence) {
    String plain = sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    return plain.isEmpty() ? plain : Character.toLowerCase(plain.charAt(0)) + plain.substring(1);
  }
}
