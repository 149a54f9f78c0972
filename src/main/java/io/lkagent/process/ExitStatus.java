package io.lkagent.process;

/** How a process ended, as the system told it. */
public sealed interface ExitStatus {
  /** It returned by itself. */
  record Exited(int code) implements ExitStatus {}

  /** A signal ended it; {@code name} without SIG, as in {@code KILL}. */
  record Signalled(int signal, String name) implements ExitStatus {}

  /** It is gone, and who knew how is gone as well: the process that forked it. */
  record Lost() implements ExitStatus {}

  /**
   * From what the JDK reports, which gives a death by signal as 128 + signal; a process that itself
   * exits with such a code cannot be told apart.
   */
  static ExitStatus ofJdk(int code) {
    return code > 128 && code <= 128 + 64 ? ofSignal(code - 128) : new Exited(code);
  }

  /** From a wait status, as waitpid(2) gives it. */
  static ExitStatus ofWait(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? new Exited((status >> 8) & 0xff) : ofSignal(signal);
  }

  static ExitStatus ofSignal(int signal) {
    return new Signalled(signal, SignalNames.of(signal));
  }

  /** For people: {@code exit code 3}, {@code signal 9 (SIGKILL)}. */
  default String words() {
    return switch (this) {
      case Exited(int code) ->
          switch (code) {
            case 126 -> "exit code 126 (the command cannot be executed)";
            case 127 -> "exit code 127 (command not found)";
            default -> "exit code " + code;
          };
      case Signalled(int signal, String name) -> "signal " + signal + " (SIG" + name + ")";
      case Lost() -> "an exit status that nobody has kept";
    };
  }
}
