import io.lkagent.sdk.Agent;
import io.lkagent.sdk.Component;
import io.lkagent.sdk.Init;
import io.lkagent.sdk.JobContext;
import io.lkagent.sdk.Room;
import io.lkagent.sdk.Subscribe;
import java.nio.charset.StandardCharsets;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;

/** Greets everybody who comes into its room, and answers each message. */
public final class GreeterAgent implements Agent {
  private Component<List<String>> greetings;
  private Component<String> motto;

  @Override
  public void init(Init init) {
    greetings = init.critical("greetings", () -> List.of("Hello", "Good evening"));
    motto =
        init.optional("motto", () -> "One room, one process. " + greetings.get().getFirst() + "!");
  }

  @Override
  public void run(JobContext job) throws Exception {
    job.onShutdown(
        "farewell", reason -> System.out.println("served " + job.roomName() + ", " + reason));
    Room room = job.connect(Subscribe.NONE);
    ZoneId zone = job.timezone().orElse(ZoneId.of("UTC"));
    room.onJoin(participant -> say(room, greeting(zone) + ", " + participant.identity()));
    room.onData(message -> {
      say(room, "You said: " + message.text());
      job.messageHandled();
    });
    motto.ifPresent(System.out::println);
    job.awaitEnd();
  }

  private String greeting(ZoneId zone) {
    return greetings.get().get(LocalTime.now(zone).getHour() < 18 ? 0 : 1);
  }

  private static void say(Room room, String text) {
    try {
      room.sendData(text.getBytes(StandardCharsets.UTF_8), "chat");
    } catch (java.io.IOException e) {
      System.err.println("not said: " + e.getMessage());
    }
  }
}
