package io.lkagent.probe.inside;

import io.lkagent.probe.Family;
import io.lkagent.probe.Inside;
import io.lkagent.process.OsProcess;
import io.lkagent.process.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's report of its imports, taken from the stderr of an app's host and of the agent. */
final class PythonInstrument implements Instrument {
  private static final String ADAPTER = "lkagent_app.py";
  private static final Pattern PYTHON = Pattern.compile("(.*/)?python[0-9.]*");
  private static final List<String> OPTION = List.of("-X", "importtime");

  private final TraceFolder folder;
  private final Path host;
  private final Path agent;
  private boolean ofApp;
  private @Nullable Overheard overheard;

  PythonInstrument(TraceFolder folder) {
    this.folder = folder;
    this.host = folder.file("host.stderr");
    this.agent = folder.file("agent.stderr");
  }

  @Override
  public ProcessSpec change(ProcessSpec spec) {
    int script = Specs.indexOf(spec, ADAPTER);
    if (script >= 0) {
      ofApp = true;
      boolean ofHost = spec.command().get(script + 1).equals("host");
      return into(ofHost ? host : agent, Specs.inserted(spec, script, OPTION));
    }
    String program = Specs.program(spec);
    if (PYTHON.matcher(program).matches()) {
      // Other than the variable, the option is not inherited by every Python that it starts.
      List<String> command = new ArrayList<>(spec.command());
      String line = command.removeLast();
      int end = line.indexOf(program) + program.length();
      command.add(line.substring(0, end) + " -X importtime" + line.substring(end));
      return into(agent, Specs.command(spec, command));
    }
    return into(agent, Specs.environment(spec, "PYTHONPROFILEIMPORTTIME", "1"));
  }

  /** To a file: whoever reads the process's output gets what it would get without this. */
  private static ProcessSpec into(Path file, ProcessSpec spec) {
    return Specs.inserted(
        spec, 0, List.of("/bin/sh", "-c", "exec \"$@\" 2>>\"$0\"", file.toString()));
  }

  @Override
  public OsProcess watch(OsProcess process) {
    overheard = new Overheard(process);
    return overheard;
  }

  @Override
  public Inside read() throws IOException {
    boolean forked = ofApp && !Files.exists(agent);
    ImportTimes.Report report = ImportTimes.parse(folder.lines(forked ? host : agent));
    if (report.roots().isEmpty()) {
      return new Inside.Unknown("Python reported no imports on its stderr");
    }
    List<String> notes = new ArrayList<>();
    if (report.processes() > 1) {
      notes.add("several Python processes reported imports; these are of the one with the most");
    }
    ModuleTree tree =
        new ModuleTree(
            ofApp ? PythonModules.ofApp(report.roots()) : PythonModules.of(report.roots()));
    return new Inside.Imports(
        Family.PYTHON,
        tree.roots(),
        tree.shares(),
        tree.modules(),
        tree.total(),
        tree.framework(),
        forked,
        forked ? perStart() : List.of(),
        notes);
  }

  private List<Inside.Module> perStart() {
    Overheard process = overheard;
    return process == null
        ? List.of()
        : ModuleTree.sorted(PythonModules.of(ImportTimes.parse(process.lines()).roots()));
  }

  @Override
  public void close() {
    folder.close();
  }
}
