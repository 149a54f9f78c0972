package io.lkagent.worker;

import io.lkagent.testing.RecordingProxy;
import io.lkagent.testing.RecordingProxy.Direction;
import io.lkagent.testing.RecordingProxy.Message;
import java.util.List;
import java.util.Set;
import livekit.LivekitAgent.JobStatus;
import livekit.LivekitAgent.ServerMessage;
import livekit.LivekitAgent.WorkerMessage;
import livekit.LivekitAgent.WorkerStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What scenarios on the wire share: a proxy between worker and server, and what passes it. */
abstract class WireSupport extends ScenarioSupport {
  private static final Set<String> EVENTS = Set.of("OPENED", "GONE", "REFUSED");

  private RecordingProxy proxy;

  @BeforeEach
  void startProxy() {
    proxy = RecordingProxy.inFrontOf(server().url());
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  final RecordingProxy proxy() {
    return proxy;
  }

  static WorkerMessage said(Message message) {
    WorkerMessage worker = message.worker();
    return worker == null ? WorkerMessage.getDefaultInstance() : worker;
  }

  static ServerMessage heard(Message message) {
    ServerMessage server = message.server();
    return server == null ? ServerMessage.getDefaultInstance() : server;
  }

  static boolean asked(Message message) {
    return heard(message).hasAvailability();
  }

  static boolean answered(Message message) {
    return said(message).hasAvailability();
  }

  static boolean success(Message message) {
    return said(message).hasUpdateJob()
        && said(message).getUpdateJob().getStatus() == JobStatus.JS_SUCCESS;
  }

  static boolean full(Message message) {
    return said(message).hasUpdateWorker()
        && said(message).getUpdateWorker().getStatus() == WorkerStatus.WS_FULL;
  }

  /** What the worker said on a connection, in order, control frames left out. */
  final List<String> statements(int connection) {
    return proxy.kinds(Direction.TO_SERVER, connection).stream()
        .filter(kind -> !kind.startsWith("WS_") && !EVENTS.contains(kind))
        .toList();
  }
}
