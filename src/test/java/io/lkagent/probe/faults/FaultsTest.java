package io.lkagent.probe.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The list of faults, in the code and in the documentation. */
final class FaultsTest {
  private static final Path PAGE = Path.of("src/docs/JOB-PROTOCOL.md");
  private static final String HEADING = "| Fault | Done by | What is done | Expected | Rule |";

  @Test
  void names_ofAllFaults_areDifferentAndCanBeTyped() {
    assertEquals(Faults.ALL.size(), new HashSet<>(Faults.names()).size());
    assertTrue(Faults.names().stream().allMatch(name -> name.matches("[a-z]+(-[a-z]+)*")));
    assertTrue(!Faults.names().contains("all"));
  }

  /** Written anew with {@code -Dlkagent.golden=write}. */
  @Test
  void page_onTheProtocol_holdsTheTable() throws IOException {
    String page = Files.readString(PAGE);
    if ("write".equals(System.getProperty("lkagent.golden"))) {
      page = page.substring(0, page.indexOf(HEADING)) + String.join("\n", table()) + "\n";
      Files.writeString(PAGE, page);
    }
    assertTrue(page.contains(String.join("\n", table())), () -> String.join("\n", table()));
  }

  private static List<String> table() {
    List<String> lines = new ArrayList<>(List.of(HEADING, "|---|---|---|---|---|"));
    for (Fault fault : Faults.ALL) {
      lines.add(
          "| `%s` | %s | %s | %s | %s |"
              .formatted(
                  fault.name(), fault.side().text(), fault.what(), fault.expected(), fault.rule()));
    }
    return lines;
  }
}
