package io.lkagent.probe;

/**
 * What all of a probe's processes together may use.
 *
 * @param cpus CPUs, as a fraction; 0 for no limit
 * @param memory bytes; 0 for no limit
 */
public record Limits(double cpus, long memory) {
  public static final Limits NONE = new Limits(0, 0);

  public boolean none() {
    return cpus == 0 && memory == 0;
  }
}
