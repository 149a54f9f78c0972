package io.lkagent.worker;

/** Which lkagent this is. */
final class Version {
  /** As the jar's manifest has it; {@code dev} when it runs from classes. */
  static final String TEXT = text();

  private Version() {}

  private static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
