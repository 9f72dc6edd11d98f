package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.orderflow.gateway.TokenBucket.Rate;
import io.orderflow.security.Caller;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which limit and which bucket a client has. */
class RateLimitsSpec {

  private static final Rate DEFAULT = Rate.of(100, Duration.ofMinutes(15));

  private static RateLimits limits(String classes) {
    Config defaults = ConfigFactory.defaultReference().getConfig("orderflow.gateway.rate-limit");
    return new RateLimits(ConfigFactory.parseMap(Map.of("classes", classes)).withFallback(defaults));
  }

  private static Caller caller(String subject, String... scopes) {
    return Caller.of("https://issuer", subject, Set.of(scopes));
  }

  @Test
  void without_classes_a_client_has_the_limit_of_an_address_for_itself() throws Exception {
    RateLimits limits = limits("");
    assertThat(limits.bucket(caller("ada")).rate()).isEqualTo(DEFAULT).isEqualTo(limits.bucket(1).rate());
    assertThat(limits.bucket(caller("ada")).key()).isEqualTo(limits.bucket(caller("ada")).key()).isNotEqualTo(limits.bucket(caller("bob")).key());
    assertThat(limits.bucket(caller("ada")).key()).isNotEqualTo(limits.bucket(Caller.of("https://other", "ada", Set.of())).key());
  }

  @Test
  void the_first_class_whose_scope_a_client_has_counts() {
    RateLimits limits = limits(" ops:read=0/1s, orders:write=6000/15m ,a=b=7/2h,*=300/1d");
    assertThat(limits.bucket(caller("op", "orders:write", "ops:read")).rate()).isNull();
    assertThat(limits.bucket(caller("shop", "accounts:write", "orders:write")).rate()).isEqualTo(Rate.of(6000, Duration.ofMinutes(15)));
    assertThat(limits.bucket(caller("x", "a=b")).rate()).isEqualTo(Rate.of(7, Duration.ofHours(2)));
    assertThat(limits.bucket(caller("ada")).rate()).isEqualTo(Rate.of(300, Duration.ofDays(1)));
    assertThat(limits.bucket(1).rate()).isEqualTo(DEFAULT);
  }

  @Test
  void a_client_has_a_bucket_for_each_class() {
    RateLimits limits = limits("orders:write=6000/15m");
    assertThat(limits.bucket(caller("ada", "orders:write")).key()).isNotEqualTo(limits.bucket(caller("ada")).key());
  }

  @Test
  void no_address_has_the_key_of_a_client() throws Exception {
    Set<Long> keys = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      long key = limits("").bucket(caller("client-" + i)).key();
      assertThat(key >>> 56).isEqualTo(0xFF);
      keys.add(key);
    }
    assertThat(keys).hasSize(10_000);
    for (String address : new String[] {"255.255.255.255", "fe80::1", "fd00::1", "2001:db8::1"}) {
      assertThat(ClientAddress.bucketKey(InetAddress.getByName(address)) >>> 56).isNotEqualTo(0xFF);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders:write", "orders:write=6000", "=1/1m", "a=1/m", "a=-1/1m", "a=1/1w", "a=1/0s", "two words=1/1m", "a\"=1/1m"})
  void a_malformed_class_is_refused_at_the_start(String classes) {
    assertThatThrownBy(() -> limits(classes)).isInstanceOf(ConfigException.class);
  }
}
