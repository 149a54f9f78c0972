package io.lkagent.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.IOptionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A command's help, each option with its default and the variables that set it. */
final class HelpPage extends Help {
  HelpPage(CommandSpec spec, ColorScheme colours) {
    super(spec, colours);
  }

  @Override
  public IOptionRenderer createDefaultOptionRenderer() {
    IOptionRenderer plain = super.createDefaultOptionRenderer();
    return (option, labels, colours) -> {
      Text[][] rows = plain.render(option, labels, colours);
      Text[] last = rows[rows.length - 1];
      last[last.length - 1] = last[last.length - 1].concat(origins(option));
      return rows;
    };
  }

  /** Its default and its variable, in brackets; empty when it has neither. */
  static String origins(OptionSpec option) {
    List<String> parts = new ArrayList<>();
    String value = option.defaultValue();
    boolean flag = option.type() == boolean.class;
    if (value != null && !value.isEmpty() && !flag) {
      parts.add("default " + value);
    }
    List<String> names = Environment.namesOf(option);
    // One name is enough to read; LKAGENT_… works for every option.
    if (!names.isEmpty()) {
      parts.add(names.getLast());
    }
    return parts.isEmpty() ? "" : " [" + String.join("; ", parts) + "]";
  }
}
