package io.lkagent.vad;

import io.lkagent.sdk.ComponentException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/**
 * The weights file of {@link PlainVad}: what the network needs of its model, in the order in which
 * it is read, as one array. 16 bytes of header (magic, version, number of values, CRC-32 of what
 * follows), then the values, all little-endian.
 */
final class Weights {
  static final String FILE = "silero-16k.weights";

  static final int WIDE = 128;
  static final int NARROW = 64;
  static final int HIDDEN = 128;

  // A row is one output: its bias, then its weights. Left out are the weights that only ever meet
  // the zeros beside the columns.
  static final int ROW_0 = 1 + Spectrum.BINS * 3;
  static final int ROW_1 = 1 + WIDE * 3;
  static final int ROW_2 = 1 + NARROW * 2;
  static final int ROW_3 = 1 + NARROW;
  static final int ROW_LSTM = 4 + 4 * 2 * HIDDEN;

  static final int WINDOW = 0;
  static final int CONV_0 = WINDOW + Spectrum.SIZE;
  static final int CONV_1 = CONV_0 + WIDE * ROW_0;
  static final int CONV_2 = CONV_1 + NARROW * ROW_1;
  static final int CONV_3 = CONV_2 + NARROW * ROW_2;
  static final int LSTM = CONV_3 + HIDDEN * ROW_3;
  static final int OUT = LSTM + HIDDEN * ROW_LSTM;
  static final int OUT_BIAS = OUT + HIDDEN;
  static final int COUNT = OUT_BIAS + 1;

  private static final int MAGIC = 0x4456_4b4c; // "LKVD"
  private static final int VERSION = 1;
  private static final int HEADER = 16;
  private static final int CHUNK = 64 * 1024;

  private Weights() {}

  /**
   * The values of a file.
   *
   * @throws ComponentException when it is missing or damaged; the message says what to do
   */
  static float[] read(File file) {
    try (FileInputStream in = new FileInputStream(file)) {
      byte[] bytes = new byte[CHUNK];
      ByteBuffer chunk = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (in.readNBytes(bytes, 0, HEADER) < HEADER
          || chunk.getInt(0) != MAGIC
          || chunk.getInt(4) != VERSION
          || chunk.getInt(8) != COUNT) {
        throw unusable(file, "is no weights file of this version");
      }
      int promised = chunk.getInt(12);
      CRC32 crc = new CRC32();
      float[] values = new float[COUNT];
      for (int at = 0; at < COUNT; at += CHUNK / Float.BYTES) {
        int wanted = Math.min(COUNT - at, CHUNK / Float.BYTES) * Float.BYTES;
        if (in.readNBytes(bytes, 0, wanted) < wanted) {
          throw unusable(file, "is cut short");
        }
        crc.update(bytes, 0, wanted);
        chunk.asFloatBuffer().get(values, at, wanted / Float.BYTES);
      }
      if ((int) crc.getValue() != promised) {
        throw unusable(file, "is damaged");
      }
      return values;
    } catch (FileNotFoundException e) {
      throw unusable(file, file.exists() ? "cannot be read" : "is missing");
    } catch (IOException e) {
      throw unusable(file, "cannot be read (" + e.getMessage() + ")");
    }
  }

  private static ComponentException unusable(File file, String what) {
    return new ComponentException(
        "the VAD's file " + file + " " + what + "; run install.sh again", null);
  }

  /** A file with these values. */
  static byte[] file(float[] values) {
    byte[] file = new byte[HEADER + COUNT * Float.BYTES];
    ByteBuffer to = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    to.slice(HEADER, file.length - HEADER)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .put(values);
    CRC32 crc = new CRC32();
    crc.update(file, HEADER, file.length - HEADER);
    to.putInt(MAGIC).putInt(VERSION).putInt(COUNT).putInt((int) crc.getValue());
    return file;
  }
}
