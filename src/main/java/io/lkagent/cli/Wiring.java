package io.lkagent.cli;

/** What really stands behind the commands. */
final class Wiring {
  private Wiring() {}

  static UseCases real() {
    return new UseCases(
        new WorkerRunner(), new DrainAsker(), new HealthCheck(), new DevServerRunner(), new Demo());
  }
}
