package io.lkagent.cli;

/** What a command's end says to the script that ran it. */
public enum ExitCode {
  DONE(0, "done; drained with nothing killed; agent joined; thresholds met"),
  VERDICT_NO(1, "the verdict is no: threshold missed, probe failed, agent unhealthy"),
  USAGE(2, "wrong usage or configuration; an app that cannot be loaded"),
  UNREACHABLE(3, "server or store not reachable"),
  REFUSED(4, "refused: credentials or grants"),
  CANNOT_LISTEN(5, "cannot listen"),
  KILLED(6, "stopped, but processes had to be killed"),
  NOBODY_TOOK_IT(7, "dispatch: nobody took the job"),
  DID_NOT_JOIN(8, "dispatch: job assigned, the agent did not join"),
  PARTLY(9, "partly done: some of many failed"),
  SOMETHING_TO_DO(10, "--dry-run: there is something to do"),
  DEFECT(70, "a defect of lkagent itself"),
  INTERRUPTED(130, "interrupted by SIGINT"),
  TERMINATED(143, "interrupted by SIGTERM");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  public String meaning() {
    return meaning;
  }
}
