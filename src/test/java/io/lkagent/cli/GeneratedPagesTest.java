package io.lkagent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Manuals, completions and the README's tables are what the option model says. To renew them after
 * a change that is meant: {@code -Dtest=GeneratedPagesTest -DargLine=-Dlkagent.golden=write}.
 */
final class GeneratedPagesTest {
  private static final boolean WRITE = "write".equals(System.getProperty("lkagent.golden"));

  @Test
  void manuals_areThoseOfTheOptionModel() throws IOException {
    Map<String, String> pages = new TreeMap<>();
    for (CommandPages.Command command : CommandPages.all()) {
      pages.put(command.page() + ".1", ManPage.of(command));
    }
    same(Path.of("man"), pages);
  }

  @Test
  void completions_areThoseOfTheOptionModel() throws IOException {
    same(
        Path.of("completions"),
        Map.of(
            "lkagent.bash", Completions.bash(),
            "_lkagent", Completions.zsh(),
            "lkagent.fish", Completions.fish()));
  }

  @Test
  void readme_hasTheTablesOfTheOptionModel() throws IOException {
    Path readme = Path.of("README.md");
    String text = Files.readString(readme);
    int start = text.indexOf(OptionTables.START) + OptionTables.START.length();
    int end = text.indexOf(OptionTables.END);
    assertTrue(end > start, "the README's marks are gone");
    String wanted = "\n" + OptionTables.all();
    if (WRITE) {
      Files.writeString(readme, text.substring(0, start) + wanted + text.substring(end));
    } else {
      assertEquals(wanted, text.substring(start, end));
    }
  }

  private static void same(Path folder, Map<String, String> wanted) throws IOException {
    Set<String> there = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> there.add(String.valueOf(file.getFileName())));
    }
    if (WRITE) {
      for (String name : there) {
        Files.delete(folder.resolve(name));
      }
      for (Map.Entry<String, String> page : wanted.entrySet()) {
        Files.writeString(folder.resolve(page.getKey()), page.getValue());
      }
      return;
    }
    assertEquals(new TreeSet<>(wanted.keySet()), there);
    for (Map.Entry<String, String> page : wanted.entrySet()) {
      assertEquals(page.getValue(), Files.readString(folder.resolve(page.getKey())), page.getKey());
    }
  }
}
