package io.lkagent.probe.report;

/** Text between the tags of XML or HTML. */
final class Markup {
  private Markup() {}

  /** Fit for an element's text and for an attribute in quotes; what XML forbids is left out. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().filter(Markup::allowed).forEach(c -> append(out, c));
    return out.toString();
  }

  private static void append(StringBuilder out, int c) {
    switch (c) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      default -> out.appendCodePoint(c);
    }
  }

  private static boolean allowed(int c) {
    boolean control = c < ' ' && c != '\n' && c != '\t';
    boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return !control && !half && c != 0x7f && c != 0xfffe && c != 0xffff;
  }
}
