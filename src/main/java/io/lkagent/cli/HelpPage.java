package io.lkagent.cli;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.IOptionRenderer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** A command's help, each option with its default and the variables that set it. */
final class HelpPage extends Help {
  /** The order of the headings that there are. */
  private static final List<String> SECTIONS =
      List.of("Agent", "Runs", "Limits", "Faults", "Verdict", "Reports");

  private static final String OTHERS = "Other options";

  HelpPage(CommandSpec spec, ColorScheme colours) {
    super(spec, colours);
  }

  /** Under headings where the command's options have them. */
  @Override
  public String optionList() {
    Map<String, List<OptionSpec>> sections = new LinkedHashMap<>();
    SECTIONS.forEach(name -> sections.put(name, new ArrayList<>()));
    List<OptionSpec> all =
        commandSpec().options().stream()
            .filter(option -> !option.hidden())
            .sorted(Comparator.comparing(OptionSpec::longestName))
            .toList();
    all.forEach(
        option -> sections.computeIfAbsent(section(option), _ -> new ArrayList<>()).add(option));
    List<OptionSpec> plain = sections.get(OTHERS);
    if (plain != null && plain.size() == all.size()) {
      return super.optionList();
    }
    StringBuilder page = new StringBuilder();
    sections.forEach((name, options) -> {
      if (!options.isEmpty()) {
        page.append(System.lineSeparator())
            .append(colorScheme().ansi().string("@|bold " + name + "|@"))
            .append(System.lineSeparator())
            .append(optionListExcludingGroups(options));
      }
    });
    return page.toString();
  }

  /** The heading of its field, or else of its field's class. */
  private static String section(ArgSpec option) {
    if (!(option.userObject() instanceof Field field)) {
      return OTHERS;
    }
    HelpSection own = field.getAnnotation(HelpSection.class);
    HelpSection all =
        own != null ? own : field.getDeclaringClass().getAnnotation(HelpSection.class);
    boolean probe = option.command() != null && option.command().name().equals("probe-init");
    return all == null || !probe ? OTHERS : all.value();
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
