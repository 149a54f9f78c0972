package io.lkagent.sdk;

/** Which of the other participants' tracks an agent receives. */
public enum Subscribe {
  ALL,
  AUDIO,
  NONE
}
