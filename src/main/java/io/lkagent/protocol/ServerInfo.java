package io.lkagent.protocol;

/** What a server says of itself. */
public record ServerInfo(String version, String nodeId, String region, String debugInfo) {
  /** True for lkagent's own dev server, where a plain WebSocket stands for the media connection. */
  public boolean devServer() {
    return debugInfo.equals("lkagent dev-server");
  }
}
