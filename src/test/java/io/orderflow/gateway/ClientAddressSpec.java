package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The address that counts as the client, and the key of its token bucket. */
class ClientAddressSpec {

  private final ClientAddress proxied = new ClientAddress("10.0.0.0/8, 192.168.1.1 ,2001:db8::/32");

  @Test
  void without_a_trusted_proxy_the_peer_is_the_client_whatever_it_says() throws Exception {
    assertThat(new ClientAddress("").of(ip("10.0.0.1"), List.of("1.2.3.4"))).isEqualTo(ip("10.0.0.1"));
    assertThat(proxied.of(ip("11.0.0.1"), List.of("1.2.3.4"))).isEqualTo(ip("11.0.0.1"));
  }

  @Test
  void a_trusted_proxy_is_believed_about_the_client() throws Exception {
    assertThat(proxied.of(ip("10.9.9.9"), List.of("1.2.3.4"))).isEqualTo(ip("1.2.3.4"));
    assertThat(proxied.of(ip("2001:db8:7::1"), List.of("2a00::5"))).isEqualTo(ip("2a00::5"));
  }

  @Test
  void the_client_is_the_nearest_address_that_is_not_trusted() throws Exception {
    assertThat(proxied.of(ip("10.9.9.9"), List.of("6.6.6.6, 1.2.3.4, 192.168.1.1", "10.1.1.1"))).isEqualTo(ip("1.2.3.4"));
  }

  @Test
  void a_hop_that_is_no_address_ends_the_search() throws Exception {
    assertThat(proxied.of(ip("10.9.9.9"), List.of("1.2.3.4, unknown"))).isEqualTo(ip("10.9.9.9"));
    assertThat(proxied.of(ip("10.9.9.9"), List.of("localhost, 10.2.2.2"))).isEqualTo(ip("10.2.2.2"));
  }

  @Test
  void a_proxy_that_says_nothing_is_the_client() throws Exception {
    assertThat(proxied.of(ip("10.9.9.9"), List.of())).isEqualTo(ip("10.9.9.9"));
  }

  @ParameterizedTest
  @CsvSource({"203.0.113.8:40001,203.0.113.8", "[2a00:db8:6::1]:443,2a00:db8:6::1", "[2a00:db8:6::1],2a00:db8:6::1",
      "'\"[2a00:db8:6::1]:443\"',2a00:db8:6::1",
      "::ffff:203.0.113.8,203.0.113.8", "[::ffff:203.0.113.8]:1,203.0.113.8", "fe80::1%eth0,fe80::1", "'203.0.113.8, ,',203.0.113.8",
      "'\"203.0.113.8\"',203.0.113.8",
      "'203.0.113.8, [::ffff:10.0.0.1]:80',203.0.113.8"})
  void a_client_counts_by_its_address_however_the_proxy_writes_it(String said, String address) throws Exception {
    assertThat(proxied.of(ip("10.9.9.9"), List.of(said))).isEqualTo(ip(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"203.0.113.8:", "203.0.113.8:x", "203.0.113.8:400011", "[2001:db8::1", "2001:db8::1]:443", "[]:80", "_hidden",
      "203.0.113", "a:1"})
  void a_hop_that_only_looks_like_an_address_ends_the_search(String said) throws Exception {
    assertThat(proxied.of(ip("10.9.9.9"), List.of(said))).isEqualTo(ip("10.9.9.9"));
  }

  @Test
  void a_trusted_block_may_be_written_as_ipv6() throws Exception {
    assertThat(new ClientAddress("::ffff:10.0.0.0/104").trusts(ip("10.9.9.9"))).isTrue();
    assertThat(new ClientAddress("::ffff:10.0.0.0/104").trusts(ip("11.9.9.9"))).isFalse();
  }

  @Test
  void ipv6_addresses_of_one_network_share_a_token_bucket() throws Exception {
    assertThat(key("2001:db8:1:2::1")).isEqualTo(key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    assertThat(key("2001:db8:1:2::1")).isNotEqualTo(key("2001:db8:1:3::1"));
  }

  @Test
  void each_ipv4_address_has_its_own_token_bucket_and_the_same_one_when_written_as_ipv6() throws Exception {
    assertThat(key("1.2.3.4")).isNotEqualTo(key("1.2.3.5"));
    assertThat(key("1.2.3.4")).isEqualTo(key("::ffff:1.2.3.4"));
    assertThat(key("255.255.255.255")).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com", "10.0.0.0/33", "10.0.0.0/-1", "::1/129", "300.1.1.1", "10.0.0", "10.0.0.1/x", "/8"})
  void a_trusted_proxy_that_is_neither_an_address_nor_a_block_is_refused(String entry) {
    assertThatThrownBy(() -> new ClientAddress(entry)).isInstanceOf(ConfigException.class).hasMessageContaining(entry);
  }

  private static long key(String address) throws UnknownHostException {
    return ClientAddress.bucketKey(ip(address));
  }

  private static InetAddress ip(String address) throws UnknownHostException {
    return InetAddress.getByName(address);
  }
}
