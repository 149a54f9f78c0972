package io.lkagent.sdk;

import java.nio.charset.StandardCharsets;

/**
 * Data that somebody in the room has sent.
 *
 * @param from the sender's identity; empty when the server itself sent it
 * @param topic what it is about; may be empty
 * @param payload the bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and never copied on its way
public record DataMessage(String from, String topic, byte[] payload) {
  /** The payload as UTF-8 text. */
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }
}
