package io.lkagent.devserver;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Fields that livekit-server 1.13.5 knows and LiveKit's Java classes do not yet: {@code deployment}
 * and {@code attributes}. They pass through as unknown fields, in protobuf only.
 */
final class NewerFields {
  /** Where a message keeps these two fields. */
  record Numbers(int deployment, int attributes) {}

  static final Numbers REGISTER = new Numbers(9, 0);
  static final Numbers CREATE_DISPATCH = new Numbers(5, 6);
  static final Numbers ROOM_AGENT = new Numbers(4, 5);
  static final Numbers DISPATCH = new Numbers(7, 8);
  static final Numbers JOB = new Numbers(11, 12);

  private static final int MAX_DEPLOYMENT_BYTES = 64;

  private NewerFields() {}

  static String deployment(Message message, Numbers numbers) {
    List<ByteString> values = values(message, numbers.deployment());
    return values.isEmpty() ? "" : values.getLast().toStringUtf8();
  }

  /** Copies both fields from one message into another of a different type. */
  static void copy(Message from, Numbers numbers, Message.Builder to, Numbers toNumbers) {
    UnknownFieldSet.Builder fields = to.getUnknownFields().toBuilder();
    add(fields, values(from, numbers.deployment()), toNumbers.deployment());
    add(fields, values(from, numbers.attributes()), toNumbers.attributes());
    to.setUnknownFields(fields.build());
  }

  /** Refuses a deployment name that livekit-server would refuse. */
  static void checkDeployment(String deployment) {
    if (deployment.getBytes(StandardCharsets.UTF_8).length > MAX_DEPLOYMENT_BYTES) {
      throw new IllegalArgumentException("deployment exceeds " + MAX_DEPLOYMENT_BYTES + " bytes");
    }
    for (int i = 0; i < deployment.length(); i++) {
      char c = deployment.charAt(i);
      if (c == '_') {
        throw new IllegalArgumentException("deployment contains reserved character '_'");
      }
      if (c <= ' ' || c == 0x7f) {
        throw new IllegalArgumentException("deployment contains whitespace or a control byte");
      }
    }
  }

  private static List<ByteString> values(Message message, int number) {
    return message.getUnknownFields().getField(number).getLengthDelimitedList();
  }

  private static void add(UnknownFieldSet.Builder fields, List<ByteString> values, int number) {
    if (!values.isEmpty()) {
      UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder();
      values.forEach(field::addLengthDelimited);
      fields.addField(number, field.build());
    }
  }
}
