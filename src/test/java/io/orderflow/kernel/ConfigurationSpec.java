package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** The address by which other nodes know a node that was not told it. */
class ConfigurationSpec {

  private static String host(String orderflow) {
    return Configuration.over(ConfigFactory.parseString("orderflow { " + orderflow + " }")).getString("orderflow.host");
  }

  @Test
  void a_node_with_one_address_has_that() {
    assertThat(host("bind = \"127.0.0.1\"")).isEqualTo("127.0.0.1");
    assertThat(host("bind = \"0.0.0.0\", host = \"node.example\"")).isEqualTo("node.example");
  }

  @Test
  void a_node_in_several_networks_has_its_address_in_that_in_which_nodes_are_found() {
    assertThat(host("bind = \"0.0.0.0\", discovery.service = \"127.0.0.1\"")).isEqualTo("127.0.0.1");
  }

  @Test
  void a_node_that_is_not_found_by_that_name_has_any_of_its_own() throws UnknownHostException {
    String any = InetAddress.getLocalHost().getHostAddress();
    assertThat(host("bind = \"0.0.0.0\", discovery.service = \"192.0.2.1\"")).isEqualTo(any);
    assertThat(host("bind = \"0.0.0.0\", discovery.service = \"nobody.invalid\"")).isEqualTo(any);
    assertThat(host("bind = \"0.0.0.0\"")).isEqualTo(any);
  }
}
