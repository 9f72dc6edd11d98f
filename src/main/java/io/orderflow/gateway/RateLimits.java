package io.orderflow.gateway;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.orderflow.security.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limits of the clients' classes: of callers with a token by a scope of theirs, of all others by address. */
final class RateLimits {

  /**
   * The limit of a class.
   *
   * @param name of the class, as clients see it
   * @param rate null for no limit
   */
  record Limit(String name, TokenBucket.Rate rate) {

    /** The fields that tell a client how its bucket stands. */
    RateLimitFields fields() {
      return new RateLimitFields(name, rate);
    }
  }

  private record ClientClass(String scope, Limit limit, RateLimitFields fields) {}

  /**
   * The bucket that a request takes a token from.
   *
   * @param rate null for no limit
   */
  record Bucket(long key, TokenBucket.Rate rate, RateLimitFields fields) {}

  private static final String SETTING = "orderflow.gateway.rate-limit.classes";
  private static final String BY_ADDRESS = "default";
  private static final String BY_CLIENT = "client";
  private static final String EVERY_CLIENT = "*";
  /** A scope (RFC 6749, section 3.3) without commas; requests; the period. */
  private static final Pattern CLASS = Pattern.compile("([\\x21\\x23-\\x2b\\x2d-\\x5b\\x5d-\\x7e]+?)=([0-9]{1,9})/([0-9]{1,6})(ms|s|m|h|d)");
  /** No address has such a key: networks of IPv6 that begin with it are for multicast. */
  private static final long OF_CLIENTS = 0xFF00_0000_0000_0000L;

  private final Limit byAddress;
  private final RateLimitFields addressFields;
  private final List<ClientClass> classes = new ArrayList<>();

  /**
   * @param settings {@code orderflow.gateway.rate-limit}
   * @throws ConfigException if a class is malformed
   */
  RateLimits(Config settings) {
    TokenBucket.Rate rate = TokenBucket.Rate.of(settings.getLong("requests"), settings.getDuration("period"));
    this.byAddress = new Limit(BY_ADDRESS, rate);
    this.addressFields = byAddress.fields();
    for (String entry : settings.getString("classes").split(",")) {
      if (!entry.isBlank()) {
        add(entry.strip());
      }
    }
    classes.add(clientClass(EVERY_CLIENT, new Limit(BY_CLIENT, rate)));
  }

  private void add(String entry) {
    Matcher parts = CLASS.matcher(entry);
    if (!parts.matches()) {
      throw new ConfigException.BadValue(SETTING, "\"" + entry + "\" is not scope=requests/period, such as orders:write=6000/15m");
    }
    long requests = Long.parseLong(parts.group(2));
    Duration period = period(Long.parseLong(parts.group(3)), parts.group(4));
    if (period.isZero()) {
      throw new ConfigException.BadValue(SETTING, "the period of \"" + entry + "\" must be above zero");
    }
    String scope = parts.group(1);
    classes.add(clientClass(scope, new Limit(scope.equals(EVERY_CLIENT) ? BY_CLIENT : scope,
        requests == 0 ? null : TokenBucket.Rate.of(requests, period))));
  }

  private static Duration period(long number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }

  private static ClientClass clientClass(String scope, Limit limit) {
    return new ClientClass(scope, limit, limit.rate() == null ? null : limit.fields());
  }

  /** The limit of clients that have no token. */
  TokenBucket.Rate rateByAddress() {
    return byAddress.rate();
  }

  /** The bucket of a client that has no token. @param address as from {@link ClientAddress#bucketKey} */
  Bucket bucket(long address) {
    return new Bucket(address, byAddress.rate(), addressFields);
  }

  /** The bucket of an authenticated client: of the first class whose scope it has. Issuer and subject are the client. */
  Bucket bucket(Caller caller) {
    for (ClientClass each : classes) {
      if (each.scope().equals(EVERY_CLIENT) || caller.has(each.scope())) {
        return new Bucket(key(each.limit().name(), caller), each.limit().rate(), each.fields());
      }
    }
    throw new IllegalStateException("every client has a class");
  }

  /** 56 bits of a hash: among a million clients two share a bucket with a probability of one in 140,000. */
  private static long key(String limit, Caller caller) {
    UUID hash = UUID.nameUUIDFromBytes((limit + "\n" + caller.issuer() + "\n" + caller.subject()).getBytes(StandardCharsets.UTF_8));
    return OF_CLIENTS | (hash.getMostSignificantBits() ^ hash.getLeastSignificantBits()) >>> 8;
  }
}
