package io.lkagent.protocol;

import java.util.Locale;

/** The hosts that {@code NO_PROXY} exempts: names, domains, addresses, IPv4 networks, or all. */
final class NoProxy {
  private NoProxy() {}

  static boolean matches(String list, String host, int port) {
    String name = bare(host);
    for (String raw : list.split("[,\\s]+", -1)) {
      String entry = raw.toLowerCase(Locale.ROOT);
      if (!entry.isEmpty() && matchesEntry(entry, name, port)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matchesEntry(String entry, String host, int port) {
    if (entry.equals("*")) {
      return true;
    }
    if (entry.indexOf('/') > 0) {
      return inNetwork(entry, host);
    }
    String name = entry;
    int colon = entry.lastIndexOf(':');
    if (colon > 0 && entry.indexOf(':') == colon) {
      if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
        return false;
      }
      name = entry.substring(0, colon);
    }
    name = bare(name);
    if (name.startsWith("*.")) {
      name = name.substring(1);
    }
    return name.startsWith(".")
        ? host.endsWith(name)
        : host.equals(name) || host.endsWith("." + name);
  }

  private static boolean inNetwork(String network, String host) {
    int slash = network.indexOf('/');
    try {
      int bits = Integer.parseInt(network.substring(slash + 1));
      long base = ipv4(network.substring(0, slash));
      long address = ipv4(host);
      return base >= 0
          && address >= 0
          && bits >= 0
          && bits <= 32
          && base >> (32 - bits) == address >> (32 - bits);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static long ipv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return -1;
    }
    long address = 0;
    for (String part : parts) {
      if (!part.matches("\\d{1,3}") || Integer.parseInt(part) > 255) {
        return -1;
      }
      address = address << 8 | Integer.parseInt(part);
    }
    return address;
  }

  private static String bare(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
  }
}
