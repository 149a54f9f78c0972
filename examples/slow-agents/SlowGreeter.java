import io.lkagent.sdk.Agent;
import io.lkagent.sdk.Component;
import io.lkagent.sdk.Init;
import io.lkagent.sdk.JobContext;
import io.lkagent.sdk.Subscribe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/**
 * Bad: a component that calls can do without is critical, and asks a server that does not answer.
 * Better: {@code init.optional}, and {@code greetings.orElse("Hello")} in the call; or a timeout of
 * 100 ms.
 */
public final class SlowGreeter implements Agent {
  private Component<String> greetings;

  @Override
  public void init(Init init) {
    greetings = init.critical("greetings", SlowGreeter::ask);
  }

  /** From a server that accepts connections and never answers, as an overloaded one does. */
  private static String ask() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket asked = new Socket(silent.getInetAddress(), silent.getLocalPort())) {
      asked.setSoTimeout(1_000);
      asked.getInputStream().read();
      return "Good evening";
    } catch (SocketTimeoutException e) {
      return "Hello";
    }
  }

  @Override
  public void run(JobContext job) throws Exception {
    job.connect(Subscribe.NONE);
    System.out.println(greetings.get());
    job.awaitEnd();
  }
}
