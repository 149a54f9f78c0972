package io.lkagent.outside;

import io.lkagent.testing.Lkagent;
import io.lkagent.testing.ServerUnderTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A worker for an app of LiveKit's Node framework, which says who it is. */
final class NodeWorker {
  private NodeWorker() {}

  /** Starts one in the app's folder; {@code more} names the app. */
  static Lkagent start(Path folder, ServerUnderTest server, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "worker",
                "start",
                "--port=0",
                "--port-file",
                "@port",
                "--init-timeout=60s",
                "--idle-processes=1",
                "--log-format=json",
                "--runtime-dir=" + folder.resolve("run")));
    words.addAll(List.of(more));
    return Lkagent.start(folder, Lkagent.keys(server), words.toArray(String[]::new));
  }
}
