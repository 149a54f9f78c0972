package io.lkagent.probe;

import io.lkagent.process.Confinement;
import io.lkagent.process.ProcessSpec;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Opens targets inside a probe's limits, so that a stop ends also the loading of an app. */
final class Opening implements TargetSource {
  private final TargetSource source;
  private final Confinement confinement;
  private @Nullable Thread loading;
  private boolean stopped;

  Opening(TargetSource source, Confinement confinement) {
    this.source = source;
    this.confinement = confinement;
  }

  @Override
  public ProbeTarget open(UnaryOperator<ProcessSpec> change) throws ProbeFault {
    begin();
    try {
      return source.open(spec -> confinement.around(change.apply(spec)));
    } finally {
      end();
    }
  }

  synchronized void stop() {
    stopped = true;
    if (loading != null) {
      loading.interrupt();
    }
  }

  private synchronized void begin() throws ProbeFault {
    if (stopped) {
      throw new ProbeFault("the probe was stopped");
    }
    loading = Thread.currentThread();
  }

  private synchronized void end() {
    loading = null;
    if (stopped) {
      // What follows is closed in good order, which an interrupted thread could not do.
      Thread.interrupted();
    }
  }
}
