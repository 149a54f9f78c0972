package io.lkagent.devserver;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.lkagent.json.Json;
import io.lkagent.log.Log;
import io.lkagent.time.Time;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Twirp over HTTP: finds the method, decodes the request, encodes the answer or the error. */
final class TwirpEndpoint {
  private static final Log log = Log.of(TwirpEndpoint.class);
  private static final String PREFIX = "/twirp/";
  private static final String JSON = "application/json";
  private static final String PROTOBUF = "application/protobuf";

  private final TwirpService service;
  private final FaultState faults;
  private final Time time;

  TwirpEndpoint(TwirpService service, FaultState faults, Time time) {
    this.service = service;
    this.faults = faults;
    this.time = time;
  }

  void handle(HttpFront.Asked asked, ServerResponse response) {
    ServerRequest request = asked.request();
    String path = request.path().rawPath();
    String name = path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : "";
    if (!TwirpService.serves(name)) {
      HttpFront.text(response, 404, "404 page not found\n");
      return;
    }
    byte[] body;
    String type;
    int status = 200;
    try {
      boolean json = json(request);
      type = json ? JSON : PROTOBUF;
      body = encode(json, answer(asked, name, json));
    } catch (TwirpError e) {
      status = e.httpStatus();
      type = JSON;
      body = e.json().getBytes(StandardCharsets.UTF_8);
    }
    log.debug("server api", "method", name, "status", status);
    time.sleep(faults.answerDelay());
    if (faults.takeDroppedReply(name.substring(name.indexOf('/') + 1))) {
      throw new CloseConnectionException("the reply is dropped on demand");
    }
    response.status(status).header(HeaderNames.CONTENT_TYPE, type).send(body);
  }

  private Message answer(HttpFront.Asked asked, String name, boolean json) {
    TwirpService.Method method = service.find(name);
    if (method == null) {
      throw TwirpError.badRoute(
          "no handler for path \"" + PREFIX + name + "\"", route(asked.request()));
    }
    return method.call().apply(asked.caller(), decode(json, method.request(), asked.body()));
  }

  private static boolean json(ServerRequest request) {
    if (!Method.POST.equals(request.prologue().method())) {
      throw TwirpError.badRoute(
          "unsupported method \"" + request.prologue().method() + "\" (only POST is allowed)",
          route(request));
    }
    String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
    String bare = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return switch (bare) {
      case JSON -> true;
      case PROTOBUF -> false;
      default ->
          throw TwirpError.badRoute("unexpected Content-Type: " + Json.write(type), route(request));
    };
  }

  private static String route(ServerRequest request) {
    return request.prologue().method() + " " + request.path().rawPath();
  }

  private static Message decode(boolean json, Message type, ByteString body) {
    try {
      if (!json) {
        return type.getParserForType().parseFrom(body);
      }
      Message.Builder builder = type.newBuilderForType();
      JsonFormat.parser().ignoringUnknownFields().merge(body.toStringUtf8(), builder);
      return builder.build();
    } catch (InvalidProtocolBufferException e) {
      throw new TwirpError(
          TwirpError.Code.MALFORMED,
          "the " + (json ? "json" : "protobuf") + " request could not be decoded");
    }
  }

  private static byte[] encode(boolean json, Message answer) {
    if (!json) {
      return answer.toByteArray();
    }
    try {
      return JsonFormat.printer()
          .preservingProtoFieldNames()
          .alwaysPrintFieldsWithNoPresence()
          .omittingInsignificantWhitespace()
          .print(answer)
          .getBytes(StandardCharsets.UTF_8);
    } catch (InvalidProtocolBufferException e) {
      throw new TwirpError(TwirpError.Code.INTERNAL, "the answer cannot be written as JSON");
    }
  }
}
