package io.orderflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RehearsalSpec {

  @Test
  void a_node_with_services_that_joins_others_places_orders_and_leaves_nothing_behind() throws IOException {
    List<Path> before = folders();
    assertThat(Rehearsal.run(joining("services"))).as("orders, a product and its restock").isEqualTo(5);
    assertThat(folders()).isEqualTo(before);
    assertThat(LoggerFactory.getLogger(RehearsalSpec.class).isWarnEnabled()).as("the log goes on").isTrue();
  }

  @Test
  void a_gateway_without_services_forwards_requests() {
    assertThat(Rehearsal.run(joining("gateway"))).isEqualTo(6);
  }

  @Test
  void a_single_node_does_not_rehearse() {
    assertThat(Rehearsal.run(with(Map.of("orderflow.roles", "services,gateway,simulator")))).isZero();
  }

  @Test
  void a_node_that_can_not_rehearse_in_time_starts_cold() throws IOException {
    List<Path> before = folders();
    assertThat(Rehearsal.run(with(Map.of("orderflow.seed-nodes", "127.0.0.1:25520", "orderflow.rehearsal.limit", "1ms")))).isZero();
    assertThat(folders()).isEqualTo(before);
  }

  private static Config joining(String roles) {
    return with(Map.of("orderflow.seed-nodes", "127.0.0.1:25520", "orderflow.roles", roles));
  }

  private static Config with(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("orderflow.rehearsal.requests", 3);
    return Configuration.over(ConfigFactory.parseMap(all));
  }

  private static List<Path> folders() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(folder -> folder.getFileName().toString().startsWith("orderflow-rehearsal")).sorted().toList();
    }
  }
}
