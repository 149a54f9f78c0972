package io.lkagent.cli;

/** What really stands behind the commands. */
final class Wiring {
  private Wiring() {}

  static UseCases real() {
    return new UseCases(
        new WorkerRunner(),
        new DrainAsker(),
        new HealthCheck(),
        new Dispatcher(),
        new StatusTeller(),
        new DevServerRunner(),
        new Demo(),
        new ProbeRunner());
  }
}
