package io.orderflow.gateway;

import com.typesafe.config.ConfigException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Determines a request's client address: the peer, or the address that a trusted proxy reports. */
final class ClientAddress {

  private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\\.|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /** {@code [2001:db8::1]:443}, {@code [2001:db8::1]} or {@code 203.0.113.8:40001}. */
  private static final Pattern WITH_PORT = Pattern.compile("\\[([^]]*)](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}");

  /** A CIDR block: the addresses that share the first {@code bits} bits. */
  private record Block(byte[] address, int bits) {

    boolean contains(InetAddress other) {
      byte[] bytes = other.getAddress();
      if (bytes.length != address.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((bytes[bit / 8] & mask) != (address[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  private static final int MAPPED_BITS = 96;

  private final List<Block> trusted;

  /**
   * Parses a comma-separated list of addresses and CIDR blocks.
   *
   * @throws ConfigException when an entry is neither an address nor a CIDR block
   */
  ClientAddress(String trustedProxies) {
    List<Block> blocks = new ArrayList<>();
    for (String entry : trustedProxies.split(",")) {
      if (!entry.isBlank()) {
        blocks.add(block(entry.strip()));
      }
    }
    this.trusted = List.copyOf(blocks);
  }

  /** Whether the peer is a trusted proxy, so that its {@code X-Forwarded-*} headers are believed. */
  boolean trusts(InetAddress peer) {
    for (Block block : trusted) {
      if (block.contains(peer)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the client's address: the last hop before this node that is not a trusted proxy.
   *
   * @param forwardedFor the values of {@code X-Forwarded-For}, in order
   */
  InetAddress of(InetAddress peer, List<String> forwardedFor) {
    InetAddress client = peer;
    for (int i = forwardedFor.size() - 1; i >= 0; i--) {
      String[] hops = forwardedFor.get(i).split(",");
      for (int j = hops.length - 1; j >= 0; j--) {
        if (!trusts(client)) {
          return client;
        }
        if (hops[j].isBlank()) {
          continue; // RFC 9110, section 5.6.1: empty list elements are ignored.
        }
        Optional<InetAddress> hop = literal(hops[j].strip());
        if (hop.isEmpty()) {
          return client;
        }
        client = hop.get();
      }
    }
    return client;
  }

  /** The key of the client's token bucket: an IPv4 address, or the first 64 bits of an IPv6 address, since one network owns all of the other 64. */
  static long bucketKey(InetAddress client) {
    // No IPv6 network begins with 32 zero bits, so the two kinds never collide.
    return client instanceof Inet4Address ? Integer.toUnsignedLong(ByteBuffer.wrap(client.getAddress()).getInt())
        : ByteBuffer.wrap(client.getAddress()).getLong();
  }

  /** An IPv4-mapped address, {@code ::ffff:10.0.0.0}, is read as the IPv4 address. The prefix length of its block is converted too. */
  private static boolean isMapped(String address, int bits) {
    return bits == 32 && address.indexOf(':') >= 0;
  }

  private static Block block(String entry) {
    String[] parts = entry.split("/", 2);
    Optional<InetAddress> address = literal(parts[0]);
    int most = address.map(found -> found.getAddress().length * 8).orElse(0);
    try {
      int bits = parts.length == 1 ? most : Integer.parseInt(parts[1]) - (isMapped(parts[0], most) ? MAPPED_BITS : 0);
      if (address.isPresent() && bits >= 0 && bits <= most) {
        return new Block(address.get().getAddress(), bits);
      }
    } catch (NumberFormatException malformed) {
      // Reported below, with the setting's name.
    }
    throw new ConfigException.BadValue("orderflow.gateway.trusted-proxies", "\"" + entry + "\" is neither an address nor a CIDR block");
  }

  /** Parses an address literal, never a name that would need a lookup. Accepts a port, a zone and quotes, as proxies write them. */
  private static Optional<InetAddress> literal(String text) {
    String bare = text.startsWith("\"") && text.endsWith("\"") && text.length() > 1 ? text.substring(1, text.length() - 1) : text;
    Matcher read = WITH_PORT.matcher(bare);
    if (read.matches()) {
      bare = read.group(1) != null ? read.group(1) : read.group(2);
    }
    int zone = bare.indexOf('%');
    bare = zone > 0 ? bare.substring(0, zone) : bare;
    if (!IPV4.matcher(bare).matches() && !IPV6.matcher(bare).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(bare));
    } catch (UnknownHostException malformed) {
      return Optional.empty();
    }
  }
}
