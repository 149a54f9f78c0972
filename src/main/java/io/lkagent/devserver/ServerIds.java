package io.lkagent.devserver;

import java.security.SecureRandom;

/** Identifiers as livekit-server makes them: a prefix and twelve letters or digits. */
final class ServerIds {
  static final String ROOM = "RM_";
  static final String PARTICIPANT = "PA_";
  static final String WORKER = "AW_";
  static final String JOB = "AJ_";
  static final String DISPATCH = "AD_";
  static final String NODE = "ND_";

  // Without the characters that people mistake for one another.
  private static final String ALPHABET =
      "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final int LENGTH = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private ServerIds() {}

  static String next(String prefix) {
    StringBuilder id = new StringBuilder(prefix);
    for (int i = 0; i < LENGTH; i++) {
      id.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
    }
    return id.toString();
  }
}
