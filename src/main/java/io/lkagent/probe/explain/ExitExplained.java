package io.lkagent.probe.explain;

import io.lkagent.process.ExitStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What an exit code or a signal usually means for an agent of LiveKit.
 *
 * @param what it is, such as {@code signal 9 (SIGKILL)}
 * @param causes who sends it or ends so, and why; likeliest first
 */
public record ExitExplained(String what, List<String> causes) {
  private static final int BY_SIGNAL = 128;
  private static final int LAST_SIGNAL = 31;
  private static final int LAST_CODE = 255;

  public ExitExplained {
    causes = List.copyOf(causes);
  }

  /** How a process ended. */
  public static ExitExplained of(ExitStatus status) {
    return switch (status) {
      case ExitStatus.Exited(int code) -> ofCode(code);
      case ExitStatus.Signalled(int signal, _) -> ofSignal(signal);
      case ExitStatus.Lost() ->
          new ExitExplained(
              status.words(),
              List.of("the process that had forked it ended first, and took the status along"));
    };
  }

  /** An exit code from 0 to 255; one above 128 is mostly a signal's. */
  public static ExitExplained ofCode(int code) {
    int signal = code - BY_SIGNAL;
    if (signal >= 1 && signal <= LAST_SIGNAL) {
      ExitExplained by = ofSignal(signal);
      return new ExitExplained(
          "exit code " + code + ", which is how shells and containers write " + by.what(),
          by.causes());
    }
    return new ExitExplained("exit code " + code, KnownExits.ofCode(code));
  }

  /** A signal that ended a process. */
  public static ExitExplained ofSignal(int signal) {
    return new ExitExplained(ExitStatus.ofSignal(signal).words(), KnownExits.ofSignal(signal));
  }

  /**
   * Whatever people find in a log: {@code 137}, {@code -10}, {@code SIGUSR1}, {@code usr1}. A small
   * number can be a code or a signal, so that there are two answers; none for what is neither.
   */
  public static Optional<List<ExitExplained>> parse(String text) {
    String word = text.strip().toUpperCase(Locale.ROOT);
    OptionalInt named = signalNamed(word.startsWith("SIG") ? word.substring(3) : word);
    if (named.isPresent()) {
      return Optional.of(List.of(ofSignal(named.getAsInt())));
    }
    if (!word.matches("[+-]?[0-9]{1,4}")) {
      return Optional.empty();
    }
    int number = Integer.parseInt(word);
    if (number < 0) {
      return -number <= LAST_SIGNAL ? Optional.of(List.of(negative(-number))) : Optional.empty();
    }
    return number > LAST_CODE ? Optional.empty() : Optional.of(both(number));
  }

  private static ExitExplained negative(int signal) {
    ExitExplained by = ofSignal(signal);
    return new ExitExplained(
        "exit code -" + signal + ", which is how Python writes " + by.what(), by.causes());
  }

  private static List<ExitExplained> both(int number) {
    List<ExitExplained> all = new ArrayList<>(List.of(ofCode(number)));
    if (number >= 1 && number <= LAST_SIGNAL) {
      all.add(ofSignal(number));
    }
    return all;
  }

  private static OptionalInt signalNamed(String name) {
    for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
      if (ExitStatus.ofSignal(signal).equals(new ExitStatus.Signalled(signal, name))
          && !name.matches("[0-9]+")) {
        return OptionalInt.of(signal);
      }
    }
    return OptionalInt.empty();
  }

  /** In one line, with the likeliest cause. */
  public String line() {
    return what + ": " + causes.getFirst();
  }
}
