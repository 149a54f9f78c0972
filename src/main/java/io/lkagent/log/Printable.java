package io.lkagent.log;

/** Text without what only a terminal understands: ANSI sequences and control characters. */
public final class Printable {
  private static final char ESCAPE = 0x1b;
  private static final char BELL = 0x07;

  private Printable() {}

  public static String of(String text) {
    int i = 0;
    while (i < text.length() && printable(text.charAt(i))) {
      i++;
    }
    if (i == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length()).append(text, 0, i);
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == ESCAPE) {
        i = behindSequence(text, i);
        continue;
      }
      if (c == '\t') {
        out.append(' ');
      } else if (printable(c)) {
        out.append(c);
      }
      i++;
    }
    return out.toString();
  }

  private static boolean printable(char c) {
    return c >= ' ' && (c < 0x7f || c >= 0xa0) && c != '\u2028' && c != '\u2029';
  }

  /**
   * The index behind the escape sequence at {@code at}: CSI, a string such as OSC, or two bytes.
   */
  private static int behindSequence(String text, int at) {
    if (at + 1 >= text.length()) {
      return text.length();
    }
    return switch (text.charAt(at + 1)) {
      case '[' -> behindCsi(text, at + 2);
      case ']', 'P', 'X', '^', '_' -> behindString(text, at + 2);
      default -> at + 2;
    };
  }

  private static int behindCsi(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) >= ' ' && text.charAt(i) < '@') {
      i++;
    }
    boolean isFinal = i < text.length() && text.charAt(i) >= '@' && text.charAt(i) <= '~';
    return isFinal ? i + 1 : i;
  }

  private static int behindString(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (text.charAt(i) == BELL) {
        return i + 1;
      }
      if (text.charAt(i) == ESCAPE) {
        return Math.min(i + 2, text.length());
      }
    }
    return text.length();
  }
}
