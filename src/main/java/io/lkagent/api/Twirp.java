package io.lkagent.api;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.protocol.Endpoint;
import io.lkagent.protocol.HttpLink;
import io.lkagent.websocket.FailureDetail;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A Twirp client: protobuf over HTTP POST, errors as JSON. */
final class Twirp implements AutoCloseable {
  private static final int MAX_DETAIL = 300;

  private final URI base;
  private final Duration timeout;
  private final HttpLink link;

  Twirp(Endpoint endpoint, Duration timeout) throws ApiException.Unreachable {
    this.base = endpoint.httpUri();
    this.timeout = timeout;
    try {
      this.link = HttpLink.to(endpoint, timeout);
    } catch (IOException e) {
      throw new ApiException.Unreachable(base, String.valueOf(e.getMessage()));
    }
  }

  /** Calls {@code service/method}, such as {@code RoomService/ListRooms}. */
  <T> T call(String method, String token, MessageLite request, Parser<T> reply)
      throws ApiException {
    HttpResponse<byte[]> response = exchange(method, token, request);
    if (response.statusCode() != 200) {
      throw failure(method, response.statusCode(), response.body());
    }
    try {
      return reply.parseFrom(response.body());
    } catch (InvalidProtocolBufferException e) {
      throw new ApiException.Other(method, "malformed", "the answer is no protobuf", 200);
    }
  }

  private HttpResponse<byte[]> exchange(String method, String token, MessageLite request)
      throws ApiException {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(base + "/twirp/livekit." + method))
            .timeout(timeout)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/protobuf")
            .POST(HttpRequest.BodyPublishers.ofByteArray(request.toByteArray()));
    String proxyAuthorization = link.proxyAuthorization();
    if (proxyAuthorization != null) {
      builder.header("Proxy-Authorization", proxyAuthorization);
    }
    // The request's own timeout ends with the response's headers; this one covers the body too.
    CompletableFuture<HttpResponse<byte[]>> answer =
        link.client().sendAsync(builder.build(), HttpResponse.BodyHandlers.ofByteArray());
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new ApiException.Timeout(base, method, timeout);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new ApiException.Timeout(base, method, timeout);
    } catch (ExecutionException e) {
      if (FailureDetail.find(e, HttpTimeoutException.class) != null) {
        throw new ApiException.Timeout(base, method, timeout);
      }
      throw new ApiException.Unreachable(base, FailureDetail.of(e));
    }
  }

  private ApiException failure(String method, int status, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    String code = "http_" + status;
    String detail = text.isBlank() ? "HTTP " + status : text.strip();
    try {
      JsonObject error = Json.parseObject(text);
      code = error.string("code", code);
      detail = error.string("msg", detail);
    } catch (JsonException e) {
      // Not the API that answered: a proxy or another server; its words have to do.
    }
    if (detail.length() > MAX_DETAIL) {
      detail = detail.substring(0, MAX_DETAIL) + "…";
    }
    return switch (code) {
      case "not_found" -> new ApiException.NotFound(method, detail, status);
      case "unauthenticated", "permission_denied", "http_401", "http_403" ->
          new ApiException.Unauthorized(base, method, code, detail, status);
      case "http_407" -> new ApiException.Unreachable(base, "the proxy wants a user and password");
      default -> new ApiException.Other(method, code, detail, status);
    };
  }

  @Override
  public void close() {
    link.close();
  }
}
