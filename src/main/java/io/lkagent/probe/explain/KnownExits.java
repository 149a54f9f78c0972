package io.lkagent.probe.explain;

import java.util.List;
import java.util.Map;

/** Who sends which signal to agents, and which program ends with which code. */
final class KnownExits {
  private static final Map<Integer, List<String>> CODES =
      Map.ofEntries(
          Map.entry(
              0,
              List.of(
                  "ended in good order; during its init: the program's end was reached without a"
                      + " word to the worker, such as an app file that starts no worker",
                  "lkagent's job protocol: after a shutdown, after a job, or when the worker is"
                      + " gone")),
          Map.entry(
              1,
              List.of(
                  "an error that nobody caught, in Python, Node and Java alike: the traceback or"
                      + " stack trace stands in its last lines",
                  "lkagent's job protocol: the init failed, and \"failed\" said why",
                  "LiveKit's Python worker when its own end was interrupted once more")),
          Map.entry(
              2,
              List.of(
                  "wrong usage: an argument that the program does not know (Python's argparse and"
                      + " typer, most shells' tools)",
                  "Python: the file to run cannot be opened")),
          Map.entry(
              3,
              List.of(
                  "Java: memory ran out, and -XX:+ExitOnOutOfMemoryError was given",
                  "Node: an error in Node's own JavaScript, which is rare")),
          Map.entry(5, List.of("Node: an error in V8 that it cannot live with; stderr says which")),
          Map.entry(
              7, List.of("Node: the handler of uncaught exceptions threw an exception itself")),
          Map.entry(9, List.of("Node: an option that it does not know, or one without its value")),
          Map.entry(12, List.of("Node: --inspect or its port cannot be had")),
          Map.entry(
              13,
              List.of(
                  "Node: a top-level await was never settled, and nothing was left to wait for:"
                      + " a promise in the app file that nobody resolves")),
          Map.entry(
              70,
              List.of(
                  "a defect of lkagent's own Java runner (or of a program that uses sysexits.h's"
                      + " EX_SOFTWARE): its last lines are worth a report")),
          Map.entry(
              120, List.of("Python: what it still had to print at its end could not be written")),
          Map.entry(124, List.of("timeout(1): the command took longer than it was given")),
          Map.entry(
              125, List.of("Docker itself failed, before the container's command was started")),
          Map.entry(
              126,
              List.of(
                  "the command was found and cannot be executed: no execute permission, a folder,"
                      + " or built for another machine")),
          Map.entry(
              127,
              List.of(
                  "the command was not found: mistyped, not on the worker's PATH, or the virtual"
                      + " environment is not there",
                  "a shared library of a native program was not found (the loader's own word"
                      + " stands in the last lines)")),
          Map.entry(
              255,
              List.of(
                  "the program exited with -1, or with a code out of range",
                  "ssh, when it could not connect")));

  private static final Map<Integer, List<String>> SIGNALS =
      Map.ofEntries(
          Map.entry(
              1,
              List.of(
                  "the terminal that it ran on was closed; a worker's processes are started deaf"
                      + " to it")),
          Map.entry(
              2,
              List.of(
                  "Ctrl-C; lkagent's processes are started deaf to it, and Node needs a handler"
                      + " of its own for that",
                  "LiveKit's Node worker exits with 130 when it has drained after a Ctrl-C")),
          Map.entry(
              3,
              List.of(
                  "Ctrl-\\, or somebody wanted a thread dump of what was no JVM (a JVM prints it"
                      + " and lives on)")),
          Map.entry(
              4,
              List.of(
                  "the CPU does not know an instruction: a native library (onnxruntime, torch,"
                      + " numpy) that was built for a newer CPU, or an image of another"
                      + " architecture")),
          Map.entry(
              5,
              List.of(
                  "V8 stopped itself: Node's heap ran out, or an inner check failed; stderr says"
                      + " which")),
          Map.entry(
              6,
              List.of(
                  "Node: \"JavaScript heap out of memory\"; raise --max-old-space-size or find"
                      + " the leak",
                  "a native library gave up (C++ terminate, glibc's \"double free\"), also at"
                      + " the exit, while its threads still run",
                  "Java: the JVM crashed, and an hs_err_pid file says where")),
          Map.entry(
              7,
              List.of(
                  "a mapped file is shorter than it was, or /dev/shm is full: containers have"
                      + " 64 MB of it unless told otherwise")),
          Map.entry(8, List.of("native code divided an integer by zero")),
          Map.entry(
              9,
              List.of(
                  "the kernel, when memory ran out: the cgroup's oom_kill counter or dmesg shows"
                      + " it; lkagent records that as oom",
                  "its supervisor, after a timeout: lkagent's worker records the reason first"
                      + " (init-timeout, unresponsive, memory-limit); LiveKit's Python framework"
                      + " sends it half a second after SIGUSR1",
                  "a container that was stopped, after its grace period; or a second Ctrl-C on"
                      + " LiveKit's Python worker")),
          Map.entry(
              10,
              List.of(
                  "LiveKit's Python framework: its supervisor asks for a stack dump so after an"
                      + " init timeout, an unanswered ping or a slow shutdown; a process that is"
                      + " still importing has no handler yet and dies of it. The cause is the"
                      + " timeout: find out what takes so long (lkagent probe-init --python"
                      + " app.py), or allow more (initialize_process_timeout, --init-timeout)",
                  "lkagent's worker never sends it")),
          Map.entry(
              11,
              List.of(
                  "a native library read memory that is not its own: a plugin's, onnxruntime,"
                      + " torch, the WebRTC library",
                  "a library that was used before the fork and again after it: load it in the"
                      + " job's process, or not at all at import",
                  "an extension that was built for another version of its runtime")),
          Map.entry(
              12, List.of("nobody in LiveKit's world sends it; a JVM uses it inside for itself")),
          Map.entry(13, List.of("it wrote to a pipe or socket that nobody reads any more")),
          Map.entry(
              14,
              List.of(
                  "an alarm of its own ran out; lkagent's part in a Python app sets one when the"
                      + " worker is gone, against an end that hangs")),
          Map.entry(
              15,
              List.of(
                  "a container or systemd that stops its processes, or a person's kill",
                  "LiveKit's Node framework: its supervisor sends it after an init timeout, an"
                      + " unanswered ping or a slow shutdown; a job process that is still"
                      + " importing has no handler yet and dies of it",
                  "lkagent's worker, to what a job's process has left behind; job processes are"
                      + " started deaf to it")),
          Map.entry(24, List.of("it used more CPU time than its limit (ulimit -t) allows")),
          Map.entry(25, List.of("a file grew larger than its limit (ulimit -f) allows")),
          Map.entry(
              31,
              List.of(
                  "it asked the kernel for what its sandbox (seccomp: Docker, gVisor, systemd)"
                      + " forbids")));

  private KnownExits() {}

  static List<String> ofCode(int code) {
    return CODES.getOrDefault(
        code,
        List.of(
            "no meaning that lkagent knows of: the program chose it; its last lines, or its"
                + " manual, may say why"));
  }

  static List<String> ofSignal(int signal) {
    return SIGNALS.getOrDefault(
        signal, List.of("nobody in LiveKit's world is known to send it; signal(7) describes it"));
  }
}
