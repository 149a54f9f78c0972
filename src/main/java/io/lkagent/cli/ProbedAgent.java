package io.lkagent.cli;

import io.lkagent.agents.AgentSource;
import io.lkagent.api.Credentials;
import io.lkagent.frameworks.AppDescription;
import io.lkagent.frameworks.AppFault;
import io.lkagent.frameworks.Language;
import io.lkagent.lifecycle.CloseStack;
import io.lkagent.probe.AppLoad;
import io.lkagent.probe.Family;
import io.lkagent.probe.ProbeFault;
import io.lkagent.probe.ProbeTarget;
import io.lkagent.probe.TargetSource;
import io.lkagent.process.ChildSpawner;
import io.lkagent.process.ProcessSpec;
import io.lkagent.process.ProcessStarter;
import io.lkagent.process.ProcessUsage;
import io.lkagent.time.Time;
import io.lkagent.worker.WorkerSettings;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The agent of a worker, opened for a probe as the worker itself would open it. */
final class ProbedAgent implements TargetSource {
  /** No server is asked for anything: the settings want one all the same. */
  private static final String NO_SERVER = "ws://127.0.0.1:7880";

  private final NamedWorker worker;
  private final Map<String, String> environment;
  private final Time time;

  ProbedAgent(NamedWorker worker, Map<String, String> environment, Time time) {
    this.worker = worker;
    this.environment = environment;
    this.time = time;
  }

  @Override
  public ProbeTarget open(UnaryOperator<ProcessSpec> change) throws ProbeFault {
    CloseStack open = new CloseStack();
    try {
      ChildSpawner spawner = open.push(new ChildSpawner(time));
      ProcessStarter starter = spec -> spawner.start(change.apply(spec));
      return worker.options().app.given()
          ? app(starter, open)
          : target(worker, null, starter, null, open);
    } catch (AppFault e) {
      // A stop interrupts the loading; an interrupted thread could not wait for the host's end.
      Thread.interrupted();
      open.close();
      throw new ProbeFault(e.line(), e.detail());
    } catch (RuntimeException | Error e) {
      open.close();
      throw e;
    }
  }

  private ProbeTarget app(ProcessStarter starter, CloseStack open) throws AppFault {
    long asked = time.nanos();
    AppStart.Loaded app =
        new AppStart(environment, open, time, starter)
            .load(worker, AppStart.keys(worker, url(), credentials()));
    AppLoad load =
        new AppLoad(
            time.nanos() - asked,
            app.description().mode() == AppDescription.Mode.FORK,
            app.description().why(),
            ProcessUsage.of(app.host().pid()).orElse(null));
    return target(worker.again().apply(app.layer()), app, app.host().processes(), load, open);
  }

  private ProbeTarget target(
      NamedWorker described,
      AppStart.@Nullable Loaded app,
      ProcessStarter starter,
      @Nullable AppLoad load,
      CloseStack open) {
    WorkerSettings settings =
        new SettingsFactory(environment).settings(described, url(), credentials(), app);
    return new ProbeTarget(
        settings.agent().words(),
        family(settings.agent(), app),
        settings.processSpec(),
        starter,
        settings.child(),
        load,
        app == null ? 0 : app.host().pid(),
        open::close);
  }

  private static Family family(AgentSource agent, AppStart.@Nullable Loaded app) {
    return switch (agent) {
      case AgentSource.BuiltIn builtIn -> Family.JAVA;
      case AgentSource.JavaClass java -> Family.JAVA;
      case AgentSource.Exec exec -> Family.PROGRAM;
      case AgentSource.App named ->
          app != null && app.command().language() == Language.NODE ? Family.NODE : Family.PYTHON;
    };
  }

  private String url() {
    return worker.options().job.passApiKeys ? worker.options().server.url : NO_SERVER;
  }

  private Credentials credentials() {
    return worker.options().job.passApiKeys
        ? worker.options().server.credentials(worker.secret(), "")
        : Credentials.of("none", "none");
  }
}
