package io.lkagent.testing;

import io.lkagent.devserver.DevServer;
import io.lkagent.devserver.DevServerConfig;
import io.lkagent.devserver.DevServerStartException;

/** The dev server as one that scenarios run against. */
public final class DevServerUnderTest implements ServerUnderTest {
  private final DevServerConfig config;
  private final DevServer server;

  public DevServerUnderTest(DevServerConfig config) {
    this.config = config;
    try {
      this.server = DevServer.start(config);
    } catch (DevServerStartException e) {
      throw new AssertionError(e);
    }
  }

  /** A dev server with its defaults, on a free port. */
  public static DevServerUnderTest start() {
    return new DevServerUnderTest(DevServerConfig.defaults());
  }

  public DevServer devServer() {
    return server;
  }

  @Override
  public String url() {
    return server.url();
  }

  @Override
  public String key() {
    return config.apiKey();
  }

  @Override
  public String secret() {
    return config.apiSecret();
  }

  @Override
  public void restart() {
    server.restart();
  }

  @Override
  public void close() {
    server.close();
  }
}
