package io.lkagent.ipc;

/** The numbers of the job protocol. */
public final class JobProtocol {
  /** The version that this build speaks. */
  public static final int VERSION = 1;

  /**
   * The longest frame in bytes, without its line end; metadata of 1 MB passes whatever its
   * escaping.
   */
  public static final int MAX_FRAME_BYTES = 8 * 1024 * 1024;

  /** The child's file descriptor that it reads the protocol from. */
  public static final int FD_FROM_WORKER = 0;

  /** The child's file descriptor that it writes the protocol to. */
  public static final int FD_TO_WORKER = 3;

  private JobProtocol() {}
}
