package io.lkagent.probe.inside;

import io.lkagent.probe.Inside;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A script of ours that Node loads before the agent and that times every module. */
final class NodeInstrument implements Instrument {
  private static final String ADAPTER = "lkagent_app.mjs";
  private static final String SCRIPT = "probe_modules.cjs";
  private static final String ENDING = ".modules";

  private final TraceFolder folder;
  private Path workingDirectory = Path.of("").toAbsolutePath();
  private long pid;

  NodeInstrument(TraceFolder folder) throws IOException {
    this.folder = folder;
    try (InputStream in = NodeInstrument.class.getResourceAsStream(SCRIPT)) {
      if (in == null) {
        throw new IOException(SCRIPT + " is missing in lkagent's jar");
      }
      Files.copy(in, folder.file(SCRIPT));
    }
  }

  /** An app's host loads the app, too; only what each job process loads is part of a start. */
  @Override
  public ProcessSpec change(ProcessSpec spec) {
    int script = Specs.indexOf(spec, ADAPTER);
    if (script >= 0 && spec.command().get(script + 1).equals("host")) {
      return spec;
    }
    if (spec.workingDirectory() != null) {
      workingDirectory = spec.workingDirectory().toAbsolutePath();
    }
    ProcessSpec told = Specs.environment(spec, "LKAGENT_PROBE_MODULES", folder.path().toString());
    return Specs.appended(told, "NODE_OPTIONS", "--require \"" + folder.file(SCRIPT) + "\"");
  }

  @Override
  public OsProcess watch(OsProcess process) {
    pid = process.pid();
    return process;
  }

  @Override
  public Inside read() throws IOException {
    return NodeModules.parse(folder.linesOf(pid, ENDING), workingDirectory);
  }

  @Override
  public void close() {
    folder.close();
  }
}
