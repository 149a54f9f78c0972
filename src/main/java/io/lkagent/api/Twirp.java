package io.lkagent.api;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.lkagent.api.ApiException.Kind;
import io.lkagent.json.Json;
import io.lkagent.json.JsonException;
import io.lkagent.json.JsonObject;
import io.lkagent.protocol.Endpoint;
import io.lkagent.protocol.HttpLink;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Twirp calls (protobuf over HTTP POST) of one server.
 *
 * <p>The server SDK's own client would bring Retrofit, OkHttp and Kotlin's library into the
 * worker's memory for what are two dozen lines on the client that the worker has open anyway.
 */
final class Twirp implements AutoCloseable {
  private final Endpoint endpoint;
  private final Duration timeout;
  private final HttpLink link;

  Twirp(Endpoint endpoint, Duration timeout) throws IOException {
    this.endpoint = endpoint;
    this.timeout = timeout;
    this.link = HttpLink.to(endpoint, timeout);
  }

  <T extends Message> T call(
      String service, String method, String token, Message request, Parser<T> answer)
      throws ApiException {
    URI uri = URI.create(endpoint.httpUri() + "/twirp/livekit." + service + "/" + method);
    HttpRequest.Builder post =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/protobuf")
            .POST(BodyPublishers.ofByteArray(request.toByteArray()));
    String proxyAuthorization = link.proxyAuthorization();
    if (proxyAuthorization != null) {
      post.header("Proxy-Authorization", proxyAuthorization);
    }
    try {
      HttpResponse<byte[]> response = link.client().send(post.build(), BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw refused(method, response);
      }
      return answer.parseFrom(response.body());
    } catch (HttpTimeoutException e) {
      throw new ApiException(
          Kind.TIMEOUT,
          "",
          endpoint.httpUri() + " did not answer within " + timeout.toMillis() + " ms");
    } catch (InvalidProtocolBufferException e) {
      throw new ApiException(
          Kind.OTHER, "", endpoint.httpUri() + " does not answer as a LiveKit server");
    } catch (IOException e) {
      throw new ApiException(
          Kind.UNREACHABLE, "", "cannot reach " + endpoint.httpUri() + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(Kind.TIMEOUT, "", "interrupted");
    }
  }

  private static ApiException refused(String method, HttpResponse<byte[]> response) {
    String text = new String(response.body(), StandardCharsets.UTF_8);
    String code = "";
    // Never the bare text: livekit-server repeats the whole token in a plain 401.
    String message = "";
    try {
      JsonObject error = Json.parseObject(text);
      code = error.string("code", "");
      message = error.string("msg", "");
    } catch (JsonException e) {
      code = "not a Twirp answer";
    }
    Kind kind =
        switch (code) {
          case "not_found" -> Kind.NOT_FOUND;
          case "unauthenticated", "permission_denied" -> Kind.REFUSED;
          default -> response.statusCode() == 401 ? Kind.REFUSED : Kind.OTHER;
        };
    return new ApiException(
        kind, code, method + ": HTTP " + response.statusCode() + " " + code + " " + message);
  }

  @Override
  public void close() {
    link.close();
  }
}
