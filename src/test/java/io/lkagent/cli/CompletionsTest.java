package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The completions and manuals as the real shells and man take them. */
@Tag("shells")
final class CompletionsTest {
  private static final Path FOLDER = Path.of("completions").toAbsolutePath();

  @Test
  void bash_behindACommand_suggestsWhatFits() throws Exception {
    assertEquals(List.of("worker"), bash("wo", "lkagent", "wo"));
    assertEquals(List.of("start"), bash("st", "lkagent", "worker", "st"));
    assertEquals(List.of("--max-jobs"), bash("--max-j", "lkagent", "worker", "start", "--max-j"));
    assertEquals(List.of("json"), bash("js", "lkagent", "worker", "start", "--log-format", "js"));
    assertEquals(
        List.of("json"), bash("js", "lkagent", "worker", "start", "--log-format", "=", "js"));
    assertTrue(
        bash("/et", "lkagent", "worker", "start", "--config", "/et").contains("/etc"), "files");
  }

  private static List<String> bash(String current, String... words) throws Exception {
    String quoted = "'" + String.join("' '", words) + "'";
    return run(
        "bash",
        "-c",
        ". %s/lkagent.bash; COMP_WORDS=(%s); COMP_CWORD=%d; _lkagent lkagent '%s'; printf '%%s\\n' \"${COMPREPLY[@]}\""
            .formatted(FOLDER, quoted, words.length - 1, current));
  }

  @Test
  void fish_behindACommand_suggestsWhatFits() throws Exception {
    assertEquals(List.of("worker"), fish("lkagent wo"));
    assertEquals(List.of("start"), fish("lkagent worker st"));
    assertEquals(List.of("--max-jobs"), fish("lkagent worker start --rooms 5 --max-j"));
    assertEquals(List.of("json"), fish("lkagent worker start --log-format js"));
  }

  private static List<String> fish(String line) throws Exception {
    return run(
            "fish",
            "--no-config",
            "-c",
            "source %s/lkagent.fish; complete -C '%s'".formatted(FOLDER, line))
        .stream()
        .map(suggestion -> suggestion.split("\t", 2)[0])
        .toList();
  }

  @Test
  void zsh_behindACommand_suggestsWhatFits() throws Exception {
    String script =
        """
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z "PS1=; fpath=(%s \\$fpath); autoload -U compinit; compinit -u -D; bindkey '^I' complete-word; zstyle ':completion:*' menu no"
        zpty -w z "echo read""y"
        zpty -r -m z line '*ready*'
        zpty -w -n z $'lkagent worker start --max-j\\t'
        zpty -r -m z line '*--max-jobs*'
        print -r -- found
        zpty -d z
        """
            .formatted(FOLDER);
    assertTrue(run("zsh", "-f", "-c", script).contains("found"), "no --max-jobs");
  }

  @Test
  void manual_isTakenWithoutAWarning() throws Exception {
    for (CommandPages.Command command : CommandPages.all()) {
      Path page = Path.of("man").toAbsolutePath().resolve(command.page() + ".1");
      List<String> out = run("sh", "-c", "man --warnings -l %s 2>&1 | col -b".formatted(page));
      assertTrue(String.join("\n", out).contains("EXIT STATUS"), () -> String.join("\n", out));
      assertTrue(out.stream().noneMatch(line -> line.contains("warning")), out::toString);
    }
  }

  private static List<String> run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(30, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
      throw new AssertionError("hangs: " + String.join(" ", command));
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return out.lines().toList();
  }
}
