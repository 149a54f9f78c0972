package io.lkagent.frameworks;

import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.time.Time;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The helper process of one app, and its owner: it has loaded the app once, describes it, forks its
 * job processes and answers for its request function. When it dies or hangs it is started anew,
 * while its job processes go on.
 */
public final class AppHost implements AutoCloseable {
  private final AtomicReference<AppDescription> description = new AtomicReference<>();
  private final ProcessStarter starter;

  private AppHost(ProcessStarter starter) {
    this.starter = starter;
  }

  /**
   * Starts a host and waits for its description.
   *
   * @param jobs environment, withheld names and working directory of the app's processes; its
   *     command is not looked at
   * @param starter what starts processes of the worker's own; stays open longer than this
   * @param runtimeFolder where the app's own folder is made, if the path is short enough
   */
  public static AppHost start(
      AppCommand app,
      ProcessSpec jobs,
      ProcessStarter starter,
      Path runtimeFolder,
      HostTimes times,
      Time time)
      throws AppFault {
    if (times.describe().isPositive()) {
      throw new AppFault(AppFault.Kind.HOST, "not built yet");
    }
    return new AppHost(starter);
  }

  /** What the newest host said about the app. */
  public AppDescription description() {
    return description.get();
  }

  /** What starts the app's job processes; a spec's command is not looked at. */
  public ProcessStarter processes() {
    return starter;
  }

  /**
   * Asks the app's request function about a job; always completes, and within the time for it.
   *
   * @param job the serialized {@code livekit.Job}
   */
  public CompletableFuture<Answer> ask(byte[] job, boolean resuming) {
    return CompletableFuture.completedFuture(new Answer.None("not built yet"));
  }

  /** The host's process id, or 0 while there is none. */
  public long pid() {
    return 0;
  }

  /** Ends the host, and every job process that is still there. */
  @Override
  public void close() {}
}
