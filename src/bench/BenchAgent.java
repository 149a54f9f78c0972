import io.lkagent.sdk.Agent;
import io.lkagent.sdk.Init;
import io.lkagent.sdk.JobContext;
import io.lkagent.vad.VadLoader;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;

/** An agent that notes when its entry point was reached, and loads the voice detection as the built-in one does. */
public final class BenchAgent implements Agent {
  private String entries = "";

  @Override
  public void init(Init init) {
    entries = init.options().get("entries");
    init.optional("vad", new VadLoader("plain", init.options().get("vad")));
  }

  @Override
  public void run(JobContext job) throws Exception {
    long reached = System.nanoTime(); // CLOCK_MONOTONIC, which the proxy reads too
    byte[] line = (job.jobId() + " " + reached + "\n").getBytes(StandardCharsets.UTF_8);
    try (FileOutputStream file = new FileOutputStream(entries, true)) {
      file.write(line);
    }
    job.awaitEnd();
  }
}
