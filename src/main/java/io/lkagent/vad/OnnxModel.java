package io.lkagent.vad;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The constants in an ONNX file, read from its protobuf bytes: those of the graph itself and of the
 * branches that run when their condition holds. Numbers are the field numbers of onnx.proto.
 */
final class OnnxModel {
  private static final int FLOAT = 1;

  private final Map<String, float[]> constants = new HashMap<>();

  private OnnxModel() {}

  /** The constants of this file. */
  static OnnxModel parse(byte[] file) throws IOException {
    OnnxModel model = new OnnxModel();
    try {
      model.model(ByteBuffer.wrap(file));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("not an ONNX model", e);
    }
    return model;
  }

  /** The constant whose name ends so; it must have that many values. */
  float[] constant(String name, int count) throws IOException {
    for (Map.Entry<String, float[]> one : constants.entrySet()) {
      if (one.getKey().endsWith("__" + name) && one.getValue().length == count) {
        return one.getValue();
      }
    }
    throw new IOException("the model has no constant " + name + " of " + count + " values");
  }

  private void model(ByteBuffer model) {
    while (model.hasRemaining()) {
      Field field = Field.read(model);
      if (field.number() == 7) {
        graph(field.bytes());
      }
    }
  }

  private void graph(ByteBuffer graph) {
    while (graph.hasRemaining()) {
      Field field = Field.read(graph);
      if (field.number() == 1) {
        node(field.bytes());
      }
    }
  }

  private void node(ByteBuffer node) {
    String output = "";
    while (node.hasRemaining()) {
      Field field = Field.read(node);
      if (field.number() == 2) {
        output = field.text();
      } else if (field.number() == 5) {
        attribute(output, field.bytes());
      }
    }
  }

  private void attribute(String output, ByteBuffer attribute) {
    String name = "";
    while (attribute.hasRemaining()) {
      Field field = Field.read(attribute);
      if (field.number() == 1) {
        name = field.text();
      } else if (field.number() == 5 && name.equals("value")) {
        tensor(output, field.bytes());
      } else if (field.number() == 6 && name.equals("then_branch")) {
        graph(field.bytes());
      }
    }
  }

  private void tensor(String name, ByteBuffer tensor) {
    long type = 0;
    while (tensor.hasRemaining()) {
      Field field = Field.read(tensor);
      if (field.number() == 2) {
        type = field.value();
      } else if (field.number() == 9 && type == FLOAT) {
        ByteBuffer raw = field.bytes().order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[raw.remaining() / Float.BYTES];
        raw.asFloatBuffer().get(values);
        constants.put(name, values);
      }
    }
  }

  /** One field: a number, or bytes. */
  private record Field(int number, long value, ByteBuffer bytes) {
    static Field read(ByteBuffer from) {
      int tag = (int) varint(from);
      return switch (tag & 7) {
        case 0 -> new Field(tag >>> 3, varint(from), ByteBuffer.allocate(0));
        case 1 -> new Field(tag >>> 3, 0, take(from, 8));
        case 2 -> new Field(tag >>> 3, 0, take(from, Math.toIntExact(varint(from))));
        case 5 -> new Field(tag >>> 3, 0, take(from, 4));
        default -> throw new IllegalArgumentException("wire type " + (tag & 7));
      };
    }

    private static ByteBuffer take(ByteBuffer from, int length) {
      ByteBuffer taken = from.slice(from.position(), length);
      from.position(from.position() + length);
      return taken;
    }

    private static long varint(ByteBuffer from) {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte next = from.get();
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("a number of more than 64 bits");
    }

    String text() {
      return StandardCharsets.UTF_8.decode(bytes).toString();
    }
  }
}
