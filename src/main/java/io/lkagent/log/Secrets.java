package io.lkagent.log;

import io.lkagent.json.Json;
import java.util.Comparator;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The strings that must never be shown, whoever writes them; each becomes {@value #MASK}. */
public final class Secrets {
  /** What stands in a secret's place. */
  public static final String MASK = "***";

  /** Shorter strings are no secrets; masking them would only make every line unreadable. */
  private static final int SHORTEST = 4;

  private static final Secrets OF_THIS_PROCESS = new Secrets();

  private final CopyOnWriteArrayList<String> known = new CopyOnWriteArrayList<>();

  /** The secrets that every log line of this process is searched for. */
  public static Secrets ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Masks {@code secret} from now on, as it stands and as JSON writes it; null is ignored. */
  public void register(@Nullable String secret) {
    if (secret == null || secret.strip().length() < SHORTEST) {
      return;
    }
    String stripped = secret.strip();
    String quoted = Json.write(stripped);
    Stream.of(stripped, quoted.substring(1, quoted.length() - 1)).forEach(known::addIfAbsent);
    // The longest first: a secret that contains another must not leave its rest behind.
    known.sort(Comparator.comparingInt(String::length).reversed());
  }

  /** The text with each secret replaced. */
  public String mask(String text) {
    String masked = text;
    for (String secret : known) {
      masked = masked.replace(secret, MASK);
    }
    return masked;
  }
}
