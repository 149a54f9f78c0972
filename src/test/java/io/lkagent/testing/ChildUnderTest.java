package io.lkagent.testing;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.fail;

import io.lkagent.ipc.FrameReader;
import io.lkagent.ipc.FrameWriter;
import io.lkagent.ipc.FromChild;
import io.lkagent.ipc.JobProtocol;
import io.lkagent.ipc.JobStart;
import io.lkagent.ipc.ToChild;
import io.lkagent.time.Time;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real job process, started as the worker starts it, with the test in the worker's place. */
public final class ChildUnderTest implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Process process;
  private final FrameWriter writer;
  private final LinkedBlockingQueue<FromChild> received = new LinkedBlockingQueue<>();
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final List<Thread> readers;

  private ChildUnderTest(Process process) {
    this.process = process;
    this.writer = new FrameWriter(process.getOutputStream());
    this.readers =
        List.of(
            Thread.ofVirtual().name("child's messages").start(this::readMessages),
            Thread.ofVirtual().name("child's output").start(this::readOutput));
  }

  /** Starts any command with the worker's launcher and, beside the test's own, {@code more}. */
  public static ChildUnderTest start(Map<String, String> more, String... command)
      throws IOException {
    List<String> line = new ArrayList<>(List.of("setsid"));
    if (System.getProperty("os.name").equals("Linux")) {
      line.addAll(List.of("setpriv", "--pdeathsig", "KILL"));
    }
    line.addAll(List.of("sh", "-c", "trap \"\" INT TERM HUP; exec \"$@\" 3>&1 1>&2", "sh"));
    line.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().putAll(more);
    return new ChildUnderTest(builder.start());
  }

  public static ChildUnderTest start(String... command) throws IOException {
    return start(Map.of(), command);
  }

  /** Starts a Java agent as the worker does, with this test's class path. */
  public static ChildUnderTest agent(String agentClass) throws IOException {
    return agent(agentClass, System.getProperty("java.class.path"));
  }

  public static ChildUnderTest agent(String agentClass, String classPath) throws IOException {
    return agent(Map.of(), agentClass, classPath);
  }

  /** Starts a Java agent with {@code more} in its environment. */
  public static ChildUnderTest agent(Map<String, String> more, Class<?> agent) throws IOException {
    return agent(more, agent.getName(), System.getProperty("java.class.path"));
  }

  private static ChildUnderTest agent(Map<String, String> more, String agentClass, String classPath)
      throws IOException {
    return start(
        more,
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx64m",
        "-XX:-UsePerfData",
        "-Dstdout.encoding=UTF-8",
        "-Dstderr.encoding=UTF-8",
        "-cp",
        classPath,
        "io.lkagent.runner.RunnerMain",
        agentClass);
  }

  /** A job in a room of that name, on a server whose media nobody can join. */
  public static JobStart job(String room) {
    return job(room, "{}", "ws://127.0.0.1:1", JobStart.MEDIA_LIVEKIT);
  }

  public static JobStart job(String room, String metadata, String url, String media) {
    return new JobStart(
        "AJ_test",
        "AD_test",
        "tester",
        metadata,
        Map.of(),
        new JobStart.Room(room, "", ""),
        "agent-AJ_test",
        url,
        "the-token",
        media,
        0);
  }

  /** A job in {@code room} of a dev server. */
  public static JobStart job(DevServerUnderTest server, String room) {
    return new JobStart(
        "AJ_1",
        "",
        "",
        "",
        Map.of(),
        new JobStart.Room(room, "", ""),
        "agent",
        server.url(),
        TestTokens.participant(server, room, "agent"),
        JobStart.MEDIA_DEV,
        0);
  }

  public long pid() {
    return process.pid();
  }

  public void send(ToChild message) throws IOException {
    writer.write(message.frame());
  }

  /** Sends a line as it is. */
  public void sendRaw(String frame) throws IOException {
    writer.write(frame);
  }

  public void init() throws IOException {
    send(new ToChild.Init(2500, 10_000, Map.of()));
  }

  public void startJob(JobStart job) throws IOException {
    send(new ToChild.Start(job));
  }

  public void shutdown(String reason) throws IOException {
    send(new ToChild.Shutdown(reason, 5_000));
  }

  /** Closes the worker's end, as its death does. */
  public void hangUp() throws IOException {
    process.getOutputStream().close();
  }

  /** The next message, which must be of that type. */
  public <T extends FromChild> T expect(Class<T> type) {
    FromChild message = next();
    if (!type.isInstance(message)) {
      fail("expected " + type.getSimpleName() + " and got " + message + said());
    }
    return assertInstanceOf(type, message);
  }

  /** The next message of that type; others are skipped. */
  public <T extends FromChild> T await(Class<T> type) {
    while (true) {
      FromChild message = next();
      if (type.isInstance(message)) {
        return type.cast(message);
      }
    }
  }

  private FromChild next() {
    try {
      FromChild message = received.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return message == null ? fail("no message within " + LIMIT + said()) : message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** True when nothing more has come by now. */
  public boolean quiet() {
    return received.isEmpty();
  }

  /** Hello, init and ready; the phases between are skipped. */
  public ChildUnderTest toReady() throws IOException {
    expect(FromChild.Hello.class);
    init();
    await(FromChild.Ready.class);
    return this;
  }

  public int awaitExit() {
    try {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        fail("still alive after " + LIMIT + said());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What else it says until its end; then all its output is there as well. */
  public List<FromChild> rest() {
    try {
      for (Thread reader : readers) {
        if (!reader.join(LIMIT)) {
          fail("its pipes are open after " + LIMIT + said());
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return List.copyOf(received);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What the child has written to stdout and stderr by now. */
  public String output() {
    return String.join("\n", output);
  }

  public List<String> outputLines() {
    return List.copyOf(output);
  }

  public void awaitOutput(String text) {
    Eventually.eventually(
        LIMIT, () -> "never printed \"" + text + "\"" + said(), () -> output().contains(text));
  }

  private String said() {
    return "; its output:\n" + output();
  }

  private void readMessages() {
    FrameReader reader = new FrameReader(process.getInputStream(), JobProtocol.MAX_FRAME_BYTES);
    try {
      for (@Nullable String frame = reader.next(); frame != null; frame = reader.next()) {
        received.add(FromChild.parse(frame));
      }
    } catch (IOException e) {
      // The child is gone.
    }
  }

  private void readOutput() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(output::add);
    } catch (IOException | java.io.UncheckedIOException e) {
      // The child is gone.
    }
  }

  /** Where a test can leave a word for its child, and the other way round. */
  public static void await(File file) {
    Eventually.eventually(LIMIT, () -> file + " never came", file::exists);
  }

  public static void awaitInChild(File file) {
    Time time = Time.raw();
    long deadline = time.deadline(LIMIT);
    while (!file.exists() && time.nanos() - deadline < 0) {
      time.sleep(Duration.ofMillis(5));
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
