package io.orderflow.scenario;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsSpec {

  @TempDir
  private Path data;

  @Test
  void what_an_operator_watches_is_there_for_prometheus() {
    try (TestNode node = TestNode.start(data, ConfigFactory.empty())) {
      node.shop().stock("tea", 1);
      node.shop().ended(order("tea", 1, card("tok_1"), "DE"));
      node.shop().ended(order("tea", 1, card("tok_1"), "DE"));
      assertThat(node.management().text("/metrics"))
          .contains("orderflow_sagas_seconds_count{definition=\"order\",state=\"COMPLETED\"} 1")
          .contains("orderflow_sagas_seconds_count{definition=\"order\",state=\"COMPENSATED\"} 1")
          .contains("orderflow_admission_refused_share ")
          .contains("orderflow_breaker_open 0.0")
          .contains("orderflow_payments_waiting 0.0")
          .containsPattern("orderflow_gateway_answers_total\\{status=\"2xx\"} [1-9]")
          .contains("jvm_memory_used_bytes");
      Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(node.management().text("/metrics"))
          .contains("orderflow_projection_lag_seconds{view=\"orders\"} 0.0")
          .contains("orderflow_projection_parked{view=\"orders\"} 0.0"));
    }
  }
}
