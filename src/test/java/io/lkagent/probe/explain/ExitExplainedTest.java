package io.lkagent.probe.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lkagent.process.ExitStatus;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exits in words. */
final class ExitExplainedTest {
  /** The standard signals of signal(7), from 1. */
  private static final List<String> SIGNALS =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  @ParameterizedTest
  @ValueSource(strings = {"-10", "SIGUSR1", "usr1", " Usr1 ", "138"})
  void parse_everyWayToWriteSigusr1_namesTheFrameworksSupervisor(String text) {
    List<ExitExplained> found = ExitExplained.parse(text).orElseThrow();
    assertEquals(1, found.size());
    String words = found.getFirst().line();
    assertTrue(words.contains("signal 10 (SIGUSR1)"), words);
    assertTrue(words.contains("Python framework") && words.contains("init timeout"), words);
  }

  @Test
  void parse_smallNumber_saysBoth() {
    List<ExitExplained> found = ExitExplained.parse("10").orElseThrow();
    assertEquals(
        List.of("exit code 10", "signal 10 (SIGUSR1)"),
        found.stream().map(ExitExplained::what).toList());
    assertEquals(1, ExitExplained.parse("0").orElseThrow().size());
  }

  @ParameterizedTest
  @CsvSource({
    "137, memory",
    "-9, memory",
    "139, native library",
    "134, heap",
    "143, Node framework",
    "130, Ctrl-C",
    "126, cannot be executed",
    "127, not found",
    "13, top-level await",
    "70, lkagent",
    "255, -1",
    "1, nobody caught",
    "132, instruction",
    "77, no meaning that lkagent knows"
  })
  void parse_codeThatIsSeenOften_saysWhatItMeans(String text, String words) {
    String said = ExitExplained.parse(text).orElseThrow().getFirst().toString();
    assertTrue(said.contains(words), said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "foo", "SIG", "SIGFOO", "256", "-32", "1e3", "99999999999"})
  void parse_whatIsNeither_isNothing(String text) {
    assertEquals(Optional.empty(), ExitExplained.parse(text));
  }

  @Test
  void of_exitStatus_isTheSameAsItsNumber() {
    assertEquals(ExitExplained.ofSignal(9), ExitExplained.of(ExitStatus.ofSignal(9)));
    assertEquals(ExitExplained.ofCode(3), ExitExplained.of(new ExitStatus.Exited(3)));
    assertTrue(ExitExplained.of(new ExitStatus.Lost()).line().contains("nobody"));
  }

  @Test
  void of_everyCodeAndSignal_hasAnAnswer() {
    for (int code = 0; code <= 255; code++) {
      assertSays("exit code " + code, ExitExplained.ofCode(code));
    }
    for (int signal = 1; signal <= SIGNALS.size(); signal++) {
      assertSays("signal " + signal, ExitExplained.ofSignal(signal));
    }
  }

  private static void assertSays(String what, ExitExplained explained) {
    assertTrue(explained.what().startsWith(what), explained::what);
    assertTrue(
        explained.line().length() > explained.what().length() + ": ".length(), explained::line);
  }

  @Test
  void parse_eachStandardSignal_isTheSameByNumberNameAndCode() {
    assertEquals(31, SIGNALS.size());
    for (int signal = 1; signal <= SIGNALS.size(); signal++) {
      String name = SIGNALS.get(signal - 1);
      ExitExplained expected = ExitExplained.ofSignal(signal);
      assertEquals("signal " + signal + " (SIG" + name + ")", expected.what());
      assertEquals(Optional.of(List.of(expected)), ExitExplained.parse("SIG" + name));
      assertEquals(
          Optional.of(List.of(expected)), ExitExplained.parse(name.toLowerCase(Locale.ROOT)));
      for (String written : List.of("-" + signal, Integer.toString(128 + signal))) {
        ExitExplained found = ExitExplained.parse(written).orElseThrow().getFirst();
        assertTrue(found.what().endsWith(expected.what()), found::what);
        assertEquals(expected.causes(), found.causes());
      }
      List<ExitExplained> both = ExitExplained.parse(Integer.toString(signal)).orElseThrow();
      assertEquals(List.of(ExitExplained.ofCode(signal), expected), both);
    }
  }
}
