package io.lkagent.worker;

import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.supervise.ChildNews;
import io.lkagent.supervise.OomWatch;
import io.lkagent.supervise.Supervisor;
import io.lkagent.time.Time;
import java.util.function.Consumer;

/** Makes job processes as the worker's settings want them. */
final class ChildFactory {
  private final WorkerSettings settings;
  private final ProcessStarter starter;
  private final OomWatch oom;
  private final Time time;
  private final ProcessSpec spec;

  ChildFactory(WorkerSettings settings, ProcessStarter starter, OomWatch oom, Time time) {
    this.settings = settings;
    this.starter = starter;
    this.oom = oom;
    this.time = time;
    this.spec = settings.processSpec();
  }

  Supervisor create(int number, Consumer<ChildNews> news) {
    return new Supervisor(
        "child-" + number,
        spec,
        settings.child(),
        starter,
        oom,
        new LoggedOutput(time),
        time,
        news);
  }
}
