package io.orderflow.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.product.Inventory.Item;
import io.orderflow.saga.StepCall;
import io.orderflow.saga.StepResult;
import io.orderflow.testkit.ServiceNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The inventory over real products in a cluster of one node. */
class InventorySpec {

  private static final Money PRICE = new Money(350, "EUR");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private record Order(List<Item> reservedItems) implements Inventory.ReservationRequest {}

  private static ServiceNode node;
  private static ProductService products;
  private static Inventory inventory;
  private static PersistenceTestKit journal;

  @BeforeAll
  static void start() {
    node = ServiceNode.start();
    products = new ProductService(node.system(), AggregateKit.CLOCK);
    inventory = new Inventory(products);
    journal = PersistenceTestKit.create(node.system());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void journalIsWellAgain() {
    journal.resetPolicy();
  }

  @Test
  void all_products_are_reserved_and_then_shipped_once() {
    stock("a1", 5);
    stock("a2", 5);
    var call = order("order-a", item("a1", 2), item("a2", 5));
    assertDone(inventory.reserve(call));
    assertDone(inventory.reserve(call));
    assertStock("a1", 3, 2);
    assertStock("a2", 0, 5);
    assertDone(inventory.ship(call));
    assertDone(inventory.ship(call));
    assertStock("a1", 3, 0);
    assertStock("a2", 0, 0);
  }

  @Test
  void what_was_reserved_is_released_once() {
    stock("b1", 5);
    stock("b2", 5);
    var call = order("order-b", item("b1", 2), item("b2", 5));
    assertDone(inventory.reserve(call));
    assertDone(inventory.release(call));
    assertDone(inventory.release(call));
    assertStock("b1", 5, 0);
    assertStock("b2", 5, 0);
  }

  @Test
  void refused_by_all_it_needs_no_compensation() {
    stock("c1", 1);
    assertThat(refused(inventory.reserve(order("order-c", item("c1", 2)))))
        .isEqualTo(new StepResult.Refused("OUT_OF_STOCK", "only 1 of c1 are available, not 2", false));
    assertThat(refused(inventory.reserve(order("order-c2", item("c-never", 2), item("c1", 2)))))
        .extracting(StepResult.Refused::code, StepResult.Refused::partly).containsExactly("UNKNOWN_PRODUCT", false);
  }

  @Test
  void refused_by_some_it_is_partly_done_until_it_is_released() {
    stock("d1", 5);
    stock("d2", 1);
    var call = order("order-d", item("d1", 2), item("d2", 2));
    assertThat(refused(inventory.reserve(call)))
        .extracting(StepResult.Refused::code, StepResult.Refused::partly).containsExactly("OUT_OF_STOCK", true);
    assertStock("d1", 3, 2);
    assertDone(inventory.release(call));
    assertStock("d1", 5, 0);
    assertStock("d2", 1, 0);
  }

  @Test
  void the_first_item_that_is_refused_gives_the_reason() {
    stock("e1", 5);
    stock("e2", 1);
    assertThat(refused(inventory.reserve(order("order-e", item("e1", 1), new Item("e1x", 1, PRICE), item("e2", 9)))).code())
        .isEqualTo("UNKNOWN_PRODUCT");
    assertThat(refused(inventory.reserve(order("order-e2", item("e2", 9), item("e1x", 1)))).code()).isEqualTo("OUT_OF_STOCK");
    StepResult.Refused dearer = refused(inventory.reserve(order("order-e3", new Item("e1", 1, new Money(349, "EUR")))));
    assertThat(dearer.code()).isEqualTo("PRICE_CHANGED");
    assertThat(dearer.detail()).contains("e1").contains("3.50 EUR");
  }

  @Test
  void a_reservation_after_its_release_takes_nothing() {
    stock("f1", 5);
    var call = order("order-f", item("f1", 2), item("f-never", 2));
    assertDone(inventory.release(call));
    assertThat(refused(inventory.reserve(call)).code()).isEqualTo("RESERVATION_CLOSED");
    assertStock("f1", 5, 0);
  }

  @Test
  void a_call_after_its_time_fails_and_takes_nothing() {
    stock("g1", 5);
    assertFails(inventory.reserve(call("order-g", AggregateKit.NOW.minusMillis(1), item("g1", 2))));
    assertStock("g1", 5, 0);
  }

  @Test
  void a_product_that_does_not_answer_fails_the_call_and_the_next_attempt_succeeds() {
    stock("h1", 5);
    stock("h2", 5);
    var call = order("order-h", item("h1", 1), item("h2", 1));
    journal.rejectNextPersisted("product|h2");
    assertFails(inventory.reserve(call));
    assertDone(inventory.reserve(call));
    assertStock("h1", 4, 1);
    assertStock("h2", 4, 1);
    journal.rejectNextPersisted("product|h2");
    assertFails(inventory.release(call));
    assertDone(inventory.release(call));
    assertStock("h1", 5, 0);
    assertStock("h2", 5, 0);
  }

  @Test
  void a_refusal_beside_a_product_that_does_not_answer_is_partly_done() {
    stock("i1", 5);
    stock("i2", 1);
    journal.rejectNextPersisted("product|i1");
    assertThat(refused(inventory.reserve(order("order-i", item("i1", 1), item("i2", 2)))).partly()).isTrue();
  }

  @Test
  void a_shipment_that_a_product_has_forgotten_counts_as_done_and_a_released_one_does_not() {
    stock("j1", 5);
    assertDone(inventory.ship(order("order-j", item("j1", 1))));
    var released = order("order-j2", item("j1", 1));
    assertDone(inventory.release(released));
    assertFails(inventory.ship(released));
  }

  private static void stock(String sku, int quantity) {
    ask(sku, new Product.Put("Tea", PRICE));
    ask(sku, new Product.Restock(quantity, null));
  }

  private static void assertStock(String sku, long available, long reserved) {
    Product.Details product = (Product.Details) ask(sku, new Product.Get());
    assertThat(product).extracting(Product.Details::available, Product.Details::reserved).containsExactly(available, reserved);
  }

  private static Product.Reply ask(String sku, Product.Command command) {
    return products.ask(sku, command).toCompletableFuture().join();
  }

  private static Item item(String sku, int quantity) {
    return new Item(sku, quantity, PRICE);
  }

  private static StepCall<Order> order(String id, Item... items) {
    return call(id, AggregateKit.NOW, items);
  }

  private static StepCall<Order> call(String id, Instant validUntil, Item... items) {
    return new StepCall<>(id, "reserve-inventory", 1, new Order(List.of(items)), Map.of(), validUntil, validUntil, Optional.empty(), null);
  }

  private static void assertDone(CompletionStage<StepResult> answer) {
    assertThat(answer.toCompletableFuture().join()).isEqualTo(StepResult.done());
  }

  private static StepResult.Refused refused(CompletionStage<StepResult> answer) {
    return (StepResult.Refused) answer.toCompletableFuture().join();
  }

  private static void assertFails(CompletionStage<StepResult> answer) {
    assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> answer.toCompletableFuture().join());
  }
}
