package io.orderflow.console;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import akka.stream.javadsl.Sink;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.Audit;
import io.orderflow.journal.StoredEvents;
import io.orderflow.order.OrderSaga;
import io.orderflow.saga.SagaEvent;
import io.orderflow.testkit.FickleProvider;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The operator who confirmed a batch, or cancelled one order, is named by each order's events and by the audit log. */
class BatchActorSpec {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Logger logger = (Logger) LoggerFactory.getLogger(Audit.LOGGER);
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  @BeforeEach
  void listen() {
    appender.list = new CopyOnWriteArrayList<>();
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(appender);
  }

  /** The actor of the saga's only event of that kind. */
  private static String actor(TestNode node, String orderId, Class<? extends SagaEvent> type) {
    return new StoredEvents(node.system()).of(OrderSaga.HOME + "|" + orderId, SagaEvent.class, 1, Long.MAX_VALUE)
        .filter(stored -> type.isInstance(stored.event())).map(stored -> String.valueOf(stored.actor())).runWith(Sink.seq(), node.system())
        .toCompletableFuture().join().get(0);
  }

  /** Lines about orders of the batch. */
  private List<JsonNode> acts(String batchId) {
    List<JsonNode> acts = new ArrayList<>();
    for (ILoggingEvent line : appender.list) {
      try {
        JsonNode read = JSON.readTree(line.getFormattedMessage());
        if (read.path("batch").asText().equals(batchId)) {
          acts.add(read);
        }
      } catch (java.io.IOException malformed) {
        throw new java.io.UncheckedIOException(malformed);
      }
    }
    return acts;
  }

  private static String carriedOut(ShopClient maker, ShopClient confirmer, String selection, int orders) {
    JsonNode batch = Awaitility.await().atMost(PATIENCE).until(() -> maker.post("/ops/batches", selection).expect(201).body(),
        made -> made.path("orders").asInt() == orders);
    String id = batch.path("batchId").asText();
    confirmer.post("/ops/batches/" + id + "/confirm", "{'count':" + orders + ",'reason':'the provider is away'}").expect(202);
    maker.post("/ops/batches/" + id + "/confirm", "{'count':" + orders + ",'reason':'once more'}").expect(202);
    Awaitility.await().atMost(PATIENCE).until(() -> maker.get("/ops/batches/" + id).expect(200).body().path("batch").has("endedAt"));
    return id;
  }

  @Test
  void each_order_of_a_batch_names_who_confirmed_it(@TempDir Path data) throws Exception {
    try (FickleProvider provider = new FickleProvider(); TestIssuer issuer = new TestIssuer();
        TestNode node = TestNode.start(data, ConfigFactory.parseString("orderflow.payment.url = \"" + provider.url() + "\"\n"
            + "orderflow.sagas.compensation-defaults { max-attempts = 3, max-backoff = 200ms }").withFallback(issuer.settings()))) {
      ShopClient shop = node.shop().as(issuer.bearer("till", "catalog:write", "orders:write", "orders:read"));
      ShopClient maker = node.shop().as(issuer.bearer("maker", "ops:read", "ops:write"));
      ShopClient confirmer = node.shop().as(issuer.bearer("confirmer", "ops:read", "ops:write"));
      shop.stock("tea", 100);
      provider.refunds("tok_stuck", 422);
      String stuck = shop.post("/api/orders", order("tea", 1, card("tok_stuck"), "ZZ")).expect(201).text("orderId");
      provider.charges("tok_hold", 503);
      List<String> placed = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        placed.add(shop.post("/api/orders", order("tea", 1, card("tok_hold"), "DE")).expect(201).text("orderId"));
      }
      String single = placed.remove(3);
      maker.post("/ops/orders/" + single + "/cancel", "{'reason':'asked by telephone'}").expect(202);
      assertThat(actor(node, single, SagaEvent.CancelRequested.class)).isEqualTo("maker");

      String batch = carriedOut(maker, confirmer, "{'action':'CANCEL','state':'RUNNING','step':'charge-payment'}", 3);
      assertThat(placed).allSatisfy(id -> assertThat(actor(node, id, SagaEvent.CancelRequested.class)).isEqualTo("confirmer"));
      assertThat(acts(batch)).extracting(act -> act.path("target").asText()).containsExactlyInAnyOrderElementsOf(placed);
      assertThat(acts(batch)).allSatisfy(act -> {
        assertThat(act.path("kind").asText()).isEqualTo("OPERATION");
        assertThat(act.path("actor").asText()).isEqualTo("confirmer");
        assertThat(act.path("action").asText()).isEqualTo("CANCEL");
        assertThat(act.path("outcome").asText()).isEqualTo("DONE");
      });

      Awaitility.await().atMost(PATIENCE).until(() -> maker.get("/ops/sagas/" + stuck).text("state"), "COMPENSATION_FAILED"::equals);
      provider.refunds("tok_stuck", 200);
      String retries = carriedOut(maker, confirmer, "{'action':'RETRY_COMPENSATION','state':'COMPENSATION_FAILED'}", 1);
      assertThat(actor(node, stuck, SagaEvent.RetryRequested.class)).isEqualTo("confirmer");
      assertThat(acts(retries)).extracting(act -> act.path("actor").asText()).containsExactly("confirmer");
    }
  }
}
