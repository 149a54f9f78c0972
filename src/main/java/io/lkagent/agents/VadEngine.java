package io.lkagent.agents;

/** What computes the built-in agent's voice activity detection. */
public enum VadEngine {
  /** Plain Java: the smallest and the quickest to start. */
  PLAIN,

  /** Any model that is called as Silero's is, through onnxruntime. */
  ONNXRUNTIME,

  /** None. */
  OFF
}
