/**
 * Voice activity detection for the agent in a job's process: {@link io.lkagent.vad.Vad} is what an
 * agent talks to, {@link io.lkagent.vad.VadLoader} makes one, {@link io.lkagent.vad.VadInstall}
 * prepares its files once, when lkagent is installed.
 *
 * <p>Two engines compute the same: {@link io.lkagent.vad.PlainVad} in plain Java, and {@link
 * io.lkagent.vad.OnnxVad} by onnxruntime, which is loaded by nobody who does not ask for it. What
 * loads them is on the child's path to ready: no lambdas, switches on strings or string formats.
 */
@NullMarked
package io.lkagent.vad;

import org.jspecify.annotations.NullMarked;
