package io.lkagent.protocol;

/** What a server says about itself when a worker registers. */
public record ServerInfo(String version, String nodeId, String region, String debugInfo) {
  /** What lkagent's own dev server puts into {@link #debugInfo()}. */
  public static final String DEV_SERVER = "lkagent dev-server";

  /** Whether this is lkagent's own dev server, which has no media. */
  public boolean devServer() {
    return debugInfo.equals(DEV_SERVER);
  }
}
