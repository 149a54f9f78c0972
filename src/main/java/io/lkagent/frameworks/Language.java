package io.lkagent.frameworks;

import java.util.List;

/** A language that LiveKit has an agents framework for, and what goes by other names in each. */
public enum Language {
  PYTHON(
      "python",
      "Python",
      "lkagent_app.py",
      "python3 python",
      "main.py app.py agent.py app/main.py app/app.py app/agent.py"),
  NODE(
      "node",
      "Node",
      "lkagent_app.mjs",
      "node",
      "agent.js agent.mjs main.js main.mjs index.js index.mjs dist/agent.js dist/main.js"
          + " dist/index.js");

  private final String text;
  private final String words;
  private final String script;
  private final String programs;
  private final String defaultFiles;

  Language(String text, String words, String script, String programs, String defaultFiles) {
    this.text = text;
    this.words = words;
    this.script = script;
    this.programs = programs;
    this.defaultFiles = defaultFiles;
  }

  /** As options and logs show it: {@code python}. */
  public String text() {
    return text;
  }

  /** For people: {@code Python}. */
  public String words() {
    return words;
  }

  /** The names of app files that are looked for when none is given, in this order. */
  public List<String> defaultFiles() {
    return List.of(defaultFiles.split(" ", -1));
  }

  /** Our script that runs apps, as a resource of this package and in the app's folder. */
  String script() {
    return script;
  }

  /** What its interpreter is called on the PATH. */
  List<String> programs() {
    return List.of(programs.split(" ", -1));
  }
}
