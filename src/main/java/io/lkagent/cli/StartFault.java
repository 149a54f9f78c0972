package io.lkagent.cli;

import io.lkagent.devserver.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A fault that a dev server begins with, as {@code --fault KIND[=VALUE]} names it. */
record StartFault(String text, Consumer<Faults> effect) {
  private static final String VARIABLE = "LKAGENT_DEV_SERVER_FAULT";
  private static final List<String> KINDS =
      List.of("delay-answers", "delay-worker-messages", "drop-replies", "refuse-upgrades");

  /** The faults that the environment names, with spaces between them. */
  static List<StartFault> ofEnvironment(Map<String, String> environment) {
    try {
      return Stream.of(environment.getOrDefault(VARIABLE, "").split("\\s+"))
          .filter(word -> !word.isEmpty())
          .map(StartFault::of)
          .toList();
    } catch (TypeConversionException e) {
      throw new UsageException("--fault: " + e.getMessage() + " (environment " + VARIABLE + ")");
    }
  }

  private static StartFault of(String text) {
    int equals = text.indexOf('=');
    String kind = equals < 0 ? text : text.substring(0, equals);
    String value = equals < 0 ? "" : text.substring(equals + 1);
    return new StartFault(text, effect(kind, value));
  }

  private static Consumer<Faults> effect(String kind, String value) {
    return switch (kind) {
      case "delay-answers" -> delayed(kind, value, Faults::delayAnswers);
      case "delay-worker-messages" -> delayed(kind, value, Faults::delayWorkerMessages);
      case "drop-replies" -> dropped(value);
      case "refuse-upgrades" -> refused(value);
      default ->
          throw new TypeConversionException(
              "no fault \"%s\"%s; there are %s"
                  .formatted(kind, Suggestion.forTypo(kind, KINDS), String.join(", ", KINDS)));
    };
  }

  private static Consumer<Faults> delayed(
      String kind, String value, BiConsumer<Faults, Duration> effect) {
    if (value.isEmpty()) {
      throw new TypeConversionException(kind + " takes a duration: " + kind + "=300ms");
    }
    Duration delay = new Values.Durations().convert(value);
    return faults -> effect.accept(faults, delay);
  }

  private static Consumer<Faults> refused(String value) {
    if (!value.isEmpty()) {
      throw new TypeConversionException(
          "refuse-upgrades takes no value; end it by POST /dev/faults");
    }
    return faults -> faults.refuseUpgrades(true);
  }

  /** {@code METHOD}, or {@code METHOD:TIMES}. */
  private static Consumer<Faults> dropped(String value) {
    int colon = value.indexOf(':');
    String method = colon < 0 ? value : value.substring(0, colon);
    if (!Faults.METHODS.contains(method)) {
      throw new TypeConversionException(
          "drop-replies takes a method of the server API, such as CreateDispatch, and \"%s\" is none%s"
              .formatted(method, Suggestion.forTypo(method, Faults.METHODS)));
    }
    int times = colon < 0 ? 1 : times(value.substring(colon + 1));
    return faults -> faults.dropReplies(method, times);
  }

  private static int times(String text) {
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new TypeConversionException("\"" + text + "\" is not a number of replies to drop");
    }
    return Integer.parseInt(text);
  }

  /** Reads one for picocli. */
  static final class Reader implements ITypeConverter<StartFault> {
    @Override
    public StartFault convert(String text) {
      return of(text);
    }
  }
}
