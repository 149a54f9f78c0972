package io.lkagent.probe.inside;

import io.lkagent.agents.JavaRuntime;
import io.lkagent.probe.Inside;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import java.io.IOException;
import java.util.List;

/** A JVM's own log, into a file. */
final class JvmInstrument implements Instrument {
  private static final String ENDING = ".jvm";
  private static final String ARGUMENTS_END = "-cp";

  private final TraceFolder folder;
  private String without = "the program names none";
  private long pid;

  JvmInstrument(TraceFolder folder) {
    this.folder = folder;
  }

  @Override
  public ProcessSpec change(ProcessSpec spec) {
    int end = spec.command().indexOf(ARGUMENTS_END);
    if (end >= 0 && JavaRuntime.starts(spec.command())) {
      without = JavaRuntime.withoutCache(spec.command());
      // Behind our own -Xlog:disable, which would switch it off again.
      return Specs.inserted(spec, end, List.of(option(JvmLog.CACHED_JVM)));
    }
    // Of an unknown JVM: one that does not know a tag does not start.
    return Specs.appended(spec, "JAVA_TOOL_OPTIONS", option(JvmLog.ANY_JVM));
  }

  private String option(String tags) {
    return "-Xlog:" + tags + ":file=" + folder.path() + "/%p" + ENDING + ":" + JvmLog.DECORATIONS;
  }

  @Override
  public OsProcess watch(OsProcess process) {
    pid = process.pid();
    return process;
  }

  @Override
  public Inside read() throws IOException {
    return JvmLog.parse(folder.linesOf(pid, ENDING), without);
  }

  @Override
  public void close() {
    folder.close();
  }
}
