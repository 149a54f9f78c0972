package io.lkagent.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import livekit.LivekitAgent;

/**
 * A job's attributes, which servers send and the generated classes do not know yet: they arrive as
 * an unknown field, a map whose entries are a key (1) and a value (2).
 */
final class JobAttributes {
  private static final int FIELD = 12;
  private static final int KEY_TAG = 1 << 3 | 2;
  private static final int VALUE_TAG = 2 << 3 | 2;

  private JobAttributes() {}

  static Map<String, String> of(LivekitAgent.Job job) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (ByteString entry : job.getUnknownFields().getField(FIELD).getLengthDelimitedList()) {
      try {
        read(entry.newCodedInput(), attributes);
      } catch (IOException e) {
        // Not the map that this field is known to be: as if it were not there.
        return Map.of();
      }
    }
    return attributes;
  }

  private static void read(CodedInputStream in, Map<String, String> into) throws IOException {
    String key = "";
    String value = "";
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case KEY_TAG -> key = in.readStringRequireUtf8();
        case VALUE_TAG -> value = in.readStringRequireUtf8();
        default -> in.skipField(tag);
      }
    }
    into.put(key, value);
  }
}
