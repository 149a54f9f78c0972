package io.lkagent.cli;

import io.lkagent.cli.CommandPages.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What bash, zsh and fish suggest when TAB is pressed behind {@code lkagent}. */
final class Completions {
  private static final String MADE =
      "# Made from the option model; to renew it see CONTRIBUTING.md.\n";

  private Completions() {}

  static String bash() {
    StringBuilder cases = new StringBuilder();
    for (Command command : CommandPages.all()) {
      List<String> words = new ArrayList<>();
      command.children().forEach(child -> words.add(child.name()));
      command.options().forEach(option -> words.addAll(List.of(option.names())));
      cases.append("    '%s') words='%s' ;;\n".formatted(command.path(), String.join(" ", words)));
    }
    return MADE
        + """
        _lkagent() {
          local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
          local path='' word words=''
          for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
            case "$path $word" in
              %s) path="${path:+$path }$word" ;;
            esac
          done
          # bash cuts --option=value at the "="
          if [[ $current == '=' ]]; then current=''; fi
          if [[ $previous == '=' ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
          case "$previous" in
        %s  esac
          case "$path" in
        %s  esac
          mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        }
        complete -o nosort -F _lkagent lkagent
        """
            .formatted(bashPaths(), bashValues(), cases);
  }

  private static String bashPaths() {
    return CommandPages.all().stream()
        .filter(command -> !command.path().isEmpty())
        .map(command -> {
          int last = command.path().lastIndexOf(' ');
          String parent = last < 0 ? "" : command.path().substring(0, last);
          return "'" + parent + " " + command.spec().name() + "'";
        })
        .collect(Collectors.joining(" | "));
  }

  private static String bashValues() {
    return options().stream()
        .map(option -> {
          String action =
              CommandPages.takesFolder(option)
                  ? "compgen -d -- \"$current\""
                  : CommandPages.takesFile(option)
                      ? "compgen -f -- \"$current\""
                      : "compgen -W '%s' -- \"$current\""
                          .formatted(String.join(" ", CommandPages.choices(option)));
          return "    %s) mapfile -t COMPREPLY < <(%s); return ;;\n"
              .formatted(option.longestName(), action);
        })
        .distinct()
        .sorted()
        .collect(Collectors.joining());
  }

  /** The options that take a value, of all commands; those of one name mean one thing. */
  private static List<OptionSpec> options() {
    return CommandPages.all().stream()
        .flatMap(command -> command.options().stream())
        .filter(CommandPages::takesValue)
        .toList();
  }

  static String zsh() {
    StringBuilder script = new StringBuilder("#compdef lkagent\n" + MADE);
    for (Command command : CommandPages.all()) {
      script.append('\n').append(function(command)).append("() {\n");
      script.append(command.children().isEmpty() ? "" : "  local line state\n");
      script.append("  _arguments -C");
      command.options().forEach(option -> script.append(" \\\n    ").append(zsh(option)));
      if (command.children().isEmpty()) {
        script.append("\n");
      } else {
        script.append(" \\\n    '1: :->command' \\\n    '*:: :->rest'\n");
        script.append("  case $state in\n    command) _values command");
        for (CommandSpec child : command.children()) {
          String what = String.join(" ", child.usageMessage().description());
          script.append(" \\\n      ").append(quoted(child.name() + "[" + bare(what) + "]"));
        }
        script.append(" ;;\n    rest)\n      case $line[1] in\n");
        for (CommandSpec child : command.children()) {
          script.append(
              "        %s) %s_%s ;;\n"
                  .formatted(child.name(), function(command), child.name().replace('-', '_')));
        }
        script.append("      esac ;;\n  esac\n");
      }
      script.append("}\n");
    }
    return script.append("\n_lkagent \"$@\"\n").toString();
  }

  private static String function(Command command) {
    return "_" + command.page().replace('-', '_');
  }

  private static String zsh(OptionSpec option) {
    String value = "";
    if (CommandPages.takesValue(option)) {
      List<String> choices = CommandPages.choices(option);
      String action =
          CommandPages.takesFolder(option)
              ? "_files -/"
              : CommandPages.takesFile(option) ? "_files" : "(" + String.join(" ", choices) + ")";
      value = ":" + option.paramLabel() + ":" + (action.equals("()") ? " " : action);
    }
    String repeated = option.isMultiValue() ? "*" : "";
    String equals = value.isEmpty() ? "" : "=";
    String name = option.longestName();
    return quoted(repeated + name + equals + "[" + bare(CommandPages.text(option)) + "]" + value);
  }

  static String fish() {
    StringBuilder script = new StringBuilder(MADE);
    String names =
        CommandPages.all().stream()
            .filter(command -> !command.path().isEmpty())
            .map(command -> command.spec().name())
            .distinct()
            .collect(Collectors.joining(" "));
    script.append(
        """
        function __lkagent_at
            set -l path
            for word in (commandline -opc)[2..]
                contains -- $word %s
                and set -a path $word
            end
            test "$path" = "$argv"
        end
        complete -c lkagent -f
        """
            .formatted(names));
    for (Command command : CommandPages.all()) {
      String at = "complete -c lkagent -n '__lkagent_at %s'".formatted(command.path()).strip();
      for (CommandSpec child : command.children()) {
        String what = String.join(" ", child.usageMessage().description());
        script.append("%s -a %s -d %s\n".formatted(at, child.name(), quoted(bare(what))));
      }
      for (OptionSpec option : command.options()) {
        script.append(fish(at, option));
      }
    }
    return script.toString();
  }

  private static String fish(String at, OptionSpec option) {
    List<String> choices = CommandPages.choices(option);
    String value = "";
    if (CommandPages.takesFolder(option)) {
      value = " -x -a '(__fish_complete_directories)'";
    } else if (CommandPages.takesFile(option)) {
      value = " -r -F";
    } else if (!choices.isEmpty()) {
      value = " -x -a " + quoted(String.join(" ", choices));
    } else if (CommandPages.takesValue(option)) {
      value = " -x";
    }
    return "%s -l %s%s -d %s\n"
        .formatted(
            at, option.longestName().substring(2), value, quoted(bare(CommandPages.text(option))));
  }

  /** Without what closes a description in zsh. */
  private static String bare(String text) {
    return text.replace("[", "(").replace("]", ")").replace(":", " -").replace("\\", "");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
