package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import com.typesafe.config.ConfigFactory;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Foreign web pages can't use this node through their visitors' browsers. */
class AllowedHostsSpec {

  private static AllowedHosts hosts(String allowed) {
    return new AllowedHosts(ConfigFactory.parseString("host = \"node.internal.example\", http.allowed-hosts = \"" + allowed + "\""), false);
  }

  private final AllowedHosts hosts = hosts("shop.example, *.wild.example");

  private static HttpRequest post(String host) {
    return HttpRequest.create("/api/orders").withMethod(HttpMethods.POST).addHeader(RawHeader.create("Host", host));
  }

  private static Optional<Integer> status(Optional<Problem> problem) {
    return problem.map(Problem::status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:8000", "LocalHost.", "a.localhost", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000",
      "192.168.1.5:8000", "[2001:db8::1]",
      "gateway:8000", "shop.example", "SHOP.example:80", "a.wild.example", "node.internal.example:8080", ""})
  void names_of_this_node_are_served(String host) {
    assertThat(hosts.refuse(post(host))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rebind.example", "rebind.example:8000", "Rebind.Example.", "localhost.evil.example", "127.0.0.1.evil.example",
      "notshop.example", "shop.example.evil",
      "wild.example", "1.2.3.4.5"})
  void other_names_are_rejected_even_for_reading(String host) {
    assertThat(status(hosts.refuse(post(host)))).hasValue(421);
    assertThat(status(hosts.refuse(post(host).withMethod(HttpMethods.GET)))).hasValue(421);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example", "null", "http://203.0.113.9", "http://localhost.evil.example", "file://",
      "http://intranet", "garbage", "https://shop.example.evil"})
  void a_page_of_another_site_can_not_change_state(String origin) {
    for (var method : new akka.http.javadsl.model.HttpMethod[] {HttpMethods.POST, HttpMethods.PUT, HttpMethods.DELETE, HttpMethods.PATCH}) {
      assertThat(status(hosts.refuse(post("127.0.0.1:8000").withMethod(method).addHeader(RawHeader.create("Origin", origin))))).hasValue(403);
    }
    assertThat(hosts.refuse(post("127.0.0.1:8000").withMethod(HttpMethods.GET).addHeader(RawHeader.create("Origin", origin)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1:8000,http://127.0.0.1:8000", "127.0.0.1:8000,http://localhost:3000", "shop.example,https://shop.example",
      "192.168.1.5:8000,http://192.168.1.5:8000",
      "192.168.1.5,https://a.wild.example", "gateway:8000,http://gateway"})
  void a_page_of_this_node_or_of_an_allowed_host_can(String host, String origin) {
    assertThat(hosts.refuse(post(host).addHeader(RawHeader.create("Origin", origin)))).isEmpty();
  }

  @Test
  void a_name_is_judged_alike_whichever_came_before() {
    for (String before : new String[] {"localhost", "rebind.example", "shop.example", "a.wild.example"}) {
      hosts.refuse(post(before));
      assertThat(hosts.refuse(post("shop.example"))).isEmpty();
      hosts.refuse(post(before));
      assertThat(status(hosts.refuse(post("rebind.example")))).hasValue(421);
    }
  }

  @Test
  void sec_fetch_site_alone_is_believed() {
    assertThat(status(hosts.refuse(post("localhost").addHeader(RawHeader.create("Sec-Fetch-Site", "cross-site"))))).hasValue(403);
    assertThat(hosts.refuse(post("localhost").addHeader(RawHeader.create("Sec-Fetch-Site", "same-origin")))).isEmpty();
  }

  @Test
  void on_a_node_that_is_open_to_its_machine_alone_the_name_must_be_of_loopback_or_allowed() {
    AllowedHosts open = new AllowedHosts(
        ConfigFactory.parseString("host = \"127.0.0.1\", http.allowed-hosts = \"shop.example\""), true);
    for (String host : new String[] {"localhost:8000", "a.localhost", "127.0.0.1:8000", "[::1]:8000", "shop.example", ""}) {
      assertThat(open.refuse(post(host))).isEmpty();
    }
    for (String host : new String[] {"192.168.1.5:8000", "[2001:db8::1]", "gateway:8000", "intranet", "rebind.example"}) {
      assertThat(status(open.refuse(post(host)))).hasValue(421);
    }
    assertThat(status(open.refuse(post("localhost").addHeader(RawHeader.create("Origin", "https://evil.example"))))).hasValue(403);
  }

  @Test
  void a_star_allows_everything() {
    assertThat(hosts("*").refuse(post("rebind.example").addHeader(RawHeader.create("Origin", "https://evil.example")))).isEmpty();
  }
}
