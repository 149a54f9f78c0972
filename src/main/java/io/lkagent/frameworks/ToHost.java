package io.lkagent.frameworks;

import io.lkagent.json.Json;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** A message from the worker to a host. */
sealed interface ToHost {
  /** Connect three streams to the socket under this id, and fork a job process that has them. */
  record Fork(String id, Path socket, Map<String, String> environment) implements ToHost {
    public Fork {
      environment = Map.copyOf(environment);
    }

    @Override
    public String frame() {
      return Json.write(
          Json.object("type", "fork", "id", id, "socket", socket, "env", environment));
    }

    /** Values of an environment may be secrets. */
    @Override
    public String toString() {
      return "Fork[" + id + "]";
    }
  }

  /** Ask the app's request function about this serialized job, in Base64. */
  record Request(String id, String job, boolean resuming) implements ToHost {
    static Request about(String id, byte[] job, boolean resuming) {
      return new Request(id, Base64.getEncoder().encodeToString(job), resuming);
    }

    @Override
    public String frame() {
      return Json.write(Json.object("type", "request", "id", id, "job", job, "resuming", resuming));
    }
  }

  /** A sign of life is wanted. */
  record Ping(long t) implements ToHost {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "ping", "t", t));
    }
  }

  /** The worker needs it no longer. */
  record Quit() implements ToHost {
    @Override
    public String frame() {
      return Json.write(Json.object("type", "quit"));
    }
  }

  /** This message as a frame, without the line's end. */
  String frame();
}
