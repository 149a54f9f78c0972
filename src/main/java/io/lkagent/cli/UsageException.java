package io.lkagent.cli;

/** Wrong usage or configuration, told in one line that names the remedy; ends with exit code 2. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
