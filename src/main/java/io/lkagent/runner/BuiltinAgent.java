package io.lkagent.runner;

import io.lkagent.sdk.Agent;
import io.lkagent.sdk.DataMessage;
import io.lkagent.sdk.Init;
import io.lkagent.sdk.JobContext;
import io.lkagent.sdk.MediaUnavailableException;
import io.lkagent.sdk.Room;
import io.lkagent.sdk.Subscribe;
import io.lkagent.vad.VadLoader;
import java.util.function.Consumer;

/** The agent that serves when none is named: in its room until that closes, and nothing else. */
final class BuiltinAgent implements Agent {
  /** Nothing to listen to reaches this agent yet; what it will need is loaded all the same. */
  @Override
  public void init(Init init) {
    String engine = System.getProperty(VadLoader.ENGINE);
    if (engine != null) {
      init.optional("vad", new VadLoader(engine, System.getProperty(VadLoader.FILES, "")));
    }
  }

  @Override
  public void run(JobContext job) throws Exception {
    try {
      Room room = job.connect(Subscribe.NONE);
      room.onData(new Counter(job));
    } catch (MediaUnavailableException e) {
      // The worker follows the room and says when it is closed.
      ChildLog.of(BuiltinAgent.class)
          .info("serves without joining", "room_name", job.roomName(), "cause", e.getMessage());
    }
    job.awaitEnd();
  }

  /** A class, because a first lambda costs milliseconds. */
  private record Counter(JobContext job) implements Consumer<DataMessage> {
    @Override
    public void accept(DataMessage message) {
      job.messageHandled();
    }
  }
}
