package io.lkagent.devserver;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerResponse;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code POST /dev/faults}: the {@link Faults} for tests in any language. */
final class FaultEndpoint {
  private static final Set<String> KNOWN =
      Set.of(
          "clear",
          "delay_answers_ms",
          "delay_worker_messages_ms",
          "drop_replies",
          "refuse_upgrades",
          "cut_workers",
          "cut_participants",
          "forget_workers",
          "restart");

  private final Faults faults;
  private final Runnable restart;

  FaultEndpoint(Faults faults, Runnable restart) {
    this.faults = faults;
    this.restart = restart;
  }

  void handle(HttpFront.Asked question, ServerResponse response) {
    if (!Method.POST.equals(question.request().prologue().method())) {
      HttpFront.text(response, 405, "POST a JSON object\n");
      return;
    }
    Caller caller = question.caller();
    if (caller == null || !caller.mayCreate()) {
      HttpFront.text(response, 401, "a token with the grant roomCreate is needed\n");
      return;
    }
    try {
      JsonObject asked = Json.parseObject(question.body().toStringUtf8());
      Map<String, @Nullable Object> done = apply(asked);
      boolean restarts = asked.flag("restart", false);
      response
          .header(HeaderNames.CONTENT_TYPE, "application/json")
          .header(HeaderNames.CONNECTION, restarts ? "close" : "keep-alive")
          .send(Json.write(done).getBytes(StandardCharsets.UTF_8));
      if (restarts) {
        restart.run();
      }
    } catch (JsonException e) {
      HttpFront.text(response, 400, e.getMessage() + "\n");
    }
  }

  private Map<String, @Nullable Object> apply(JsonObject asked) {
    for (String key : asked.values().keySet()) {
      if (!KNOWN.contains(key)) {
        throw new JsonException("unknown fault \"" + key + "\"");
      }
    }
    if (asked.flag("clear", false)) {
      faults.clear();
    }
    if (asked.has("delay_answers_ms")) {
      faults.delayAnswers(Duration.ofMillis(asked.number("delay_answers_ms")));
    }
    if (asked.has("delay_worker_messages_ms")) {
      faults.delayWorkerMessages(Duration.ofMillis(asked.number("delay_worker_messages_ms")));
    }
    if (asked.has("drop_replies")) {
      JsonObject drop = asked.object("drop_replies");
      String method = drop.string("method");
      if (!Faults.METHODS.contains(method)) {
        throw new JsonException("no method \"" + method + "\" in the server API");
      }
      faults.dropReplies(method, (int) drop.number("times", 1));
    }
    if (asked.has("refuse_upgrades")) {
      faults.refuseUpgrades(asked.flag("refuse_upgrades", false));
    }
    Map<String, @Nullable Object> done = new LinkedHashMap<>();
    if (asked.flag("forget_workers", false)) {
      done.put("workers_forgotten", faults.forgetWorkers());
    }
    if (asked.flag("cut_workers", false)) {
      done.put("workers_cut", faults.cutWorkers());
    }
    if (asked.flag("cut_participants", false)) {
      done.put("participants_cut", faults.cutParticipants());
    }
    return done;
  }
}
