package io.orderflow.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Precondition;
import io.orderflow.product.Product.Details;
import io.orderflow.product.Product.Offer;
import io.orderflow.product.Product.Stock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProductSpec {

  private static final Instant NOW = AggregateKit.NOW;
  private static final Money PRICE = new Money(350, "EUR");
  private static final Product.Memory MEMORY = new Product.Memory(3, Duration.ofMinutes(2), 4);

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final AggregateKit<Product.Command, Product.Event, Product.State, Product.Reply> product =
      new AggregateKit<>(new Product("tea", clock, MEMORY));

  @Test
  void is_put_and_then_changed() {
    var first = product.tell(put("Tea", PRICE));
    assertThat(first.event()).isEqualTo(new Product.Offered("Tea", PRICE, NOW));
    assertThat(first.reply()).isEqualTo(new Offer(true, new Details("tea", "Tea", PRICE, 0, 0)));
    Money yen = new Money(500, "JPY");
    var changed = product.tell(put("Tea", yen));
    assertThat(changed.reply()).isEqualTo(new Offer(false, new Details("tea", "Tea", yen, 0, 0)));
  }

  @Test
  void put_again_unchanged_nothing_happens() {
    product.tell(put("Tea", PRICE));
    assertThat(((Offer) product.changesNothing(put("Tea", PRICE))).created()).isFalse();
  }

  @Test
  void is_unknown_before_it_is_put() {
    product.refuses(new Product.Get(), "PRODUCT_NOT_FOUND");
    product.refuses(restock(1, "r"), "PRODUCT_NOT_FOUND");
    product.refuses(reserve("o-1", 1), "UNKNOWN_PRODUCT");
    product.refuses(ship("o-1"), "NOT_RESERVED");
  }

  @Test
  void a_change_under_a_condition_is_made_to_what_its_sender_has_seen_alone() {
    product.refuses(new Product.Put("Tea", PRICE, Precondition.EXISTS), "PRECONDITION_FAILED");
    product.tell(put("Tea", PRICE));
    Precondition seen = Precondition.oneOf(Set.of("other", details().tag()));
    product.tell(restock(5, null));
    product.tell(new Product.Put("Green tea", PRICE, seen));
    product.refuses(new Product.Put("Black tea", PRICE, seen), "PRECONDITION_FAILED");
    product.changesNothing(new Product.Put("Green tea", PRICE, seen));
    product.tell(new Product.Put("Black tea", PRICE, Precondition.EXISTS));
  }

  @Test
  void a_change_keeps_the_stock() {
    stock(5);
    product.tell(reserve("o-1", 2));
    product.tell(put("Green tea", PRICE));
    assertThat(details()).isEqualTo(new Details("tea", "Green tea", PRICE, 3, 2));
  }

  @Test
  void a_restock_adds_to_what_is_available() {
    stock(5);
    var result = product.tell(restock(7, "r"));
    assertThat(result.event()).isEqualTo(new Product.Restocked(7, "r", NOW));
    assertThat(result.reply()).isEqualTo(new Stock("tea", 12, 0));
  }

  @Test
  void a_restock_is_known_by_its_key_also_after_a_restart() {
    stock(5);
    var then = product.tell(new Product.Restock(7, null, "#k")).reply();
    product.tell(reserve("o-1", 2));
    product.restart();
    assertThat(product.changesNothing(new Product.Restock(7, null, "#k"))).isEqualTo(then);
    product.refuses(new Product.Restock(8, null, "#k"), "IDEMPOTENCY_KEY_REUSED");
    product.refuses(new Product.Restock(7, "r", "#k"), "IDEMPOTENCY_KEY_REUSED");
  }

  @Test
  void a_repeated_restock_changes_nothing_and_answers_as_then_also_after_a_restart() {
    stock(5);
    var then = product.tell(restock(7, "r")).reply();
    product.tell(reserve("o-1", 2));
    product.restart();
    assertThat(product.changesNothing(restock(7, "r"))).isEqualTo(then);
    product.refuses(restock(8, "r"), "REFERENCE_REUSED");
  }

  @Test
  void forgets_the_oldest_restock_beyond_its_bound() {
    stock(5);
    for (int i = 0; i <= MEMORY.references(); i++) {
      product.tell(restock(1, "r-" + i));
    }
    product.changesNothing(restock(1, "r-1"));
    assertThat(product.tell(restock(1, "r-0")).events()).isNotEmpty();
  }

  @Test
  void the_stock_has_a_limit() {
    product.tell(put("Tea", PRICE));
    for (int i = 0; i < 10; i++) {
      product.tell(restock(1_000_000_000, null));
    }
    product.tell(reserve("o-1", 5));
    product.refuses(restock(1, null), "STOCK_LIMIT");
    product.tell(ship("o-1"));
    assertThat(product.tell(restock(5, null)).reply()).isEqualTo(new Stock("tea", Product.MAX_STOCK, 0));
  }

  @Test
  void a_reservation_takes_from_what_is_available() {
    stock(5);
    assertThat(product.tell(reserve("o-1", 5)).event()).isEqualTo(new Product.Reserved("o-1", 5, NOW));
    assertThat(details()).isEqualTo(new Details("tea", "Tea", PRICE, 0, 5));
  }

  @Test
  void a_repeated_reservation_changes_nothing_also_when_stock_or_price_or_time_have_passed() {
    stock(5);
    product.tell(reserve("o-1", 5));
    product.tell(put("Tea", new Money(400, "EUR")));
    product.restart();
    now.set(NOW.plusSeconds(60));
    product.changesNothing(reserve("o-1", 5));
    product.refuses(reserve("o-1", 4), "REFERENCE_REUSED");
  }

  @Test
  void a_reservation_is_refused_beyond_the_stock_at_another_price_and_too_late() {
    stock(5);
    product.refuses(reserve("o-1", 6), "OUT_OF_STOCK");
    product.refuses(reserveAt(new Money(349, "EUR"), NOW), "PRICE_CHANGED");
    product.refuses(reserveAt(new Money(350, "USD"), NOW), "PRICE_CHANGED");
    product.refuses(reserveAt(PRICE, NOW.minusNanos(1)), "EXPIRED");
    assertThat(product.tell(reserveAt(PRICE, NOW)).events()).isNotEmpty();
  }

  @Test
  void a_released_reservation_is_available_again_once_and_cannot_be_made_again() {
    stock(5);
    product.tell(reserve("o-1", 2));
    assertThat(product.tell(release("o-1")).event()).isEqualTo(new Product.ReservationReleased("o-1", 2, NOW));
    product.restart();
    product.changesNothing(release("o-1"));
    product.refuses(reserve("o-1", 2), "RESERVATION_CLOSED");
    product.refuses(ship("o-1"), "RESERVATION_CLOSED");
    assertThat(details()).isEqualTo(new Details("tea", "Tea", PRICE, 5, 0));
  }

  @Test
  void a_shipped_reservation_is_gone_once_and_cannot_be_made_or_released_again() {
    stock(5);
    product.tell(reserve("o-1", 2));
    assertThat(product.tell(ship("o-1")).event()).isEqualTo(new Product.ReservationShipped("o-1", 2, NOW));
    assertThat(product.restart().sold()).isEqualTo(2);
    product.changesNothing(ship("o-1"));
    product.refuses(reserve("o-1", 2), "RESERVATION_CLOSED");
    product.refuses(release("o-1"), "RESERVATION_CLOSED");
    assertThat(details()).isEqualTo(new Details("tea", "Tea", PRICE, 3, 0));
  }

  @Test
  void a_release_before_the_reservation_bars_it() {
    stock(5);
    assertThat(product.tell(release("o-1")).event()).isEqualTo(new Product.ReservationReleased("o-1", 0, NOW));
    product.changesNothing(release("o-1"));
    product.refuses(reserve("o-1", 2), "RESERVATION_CLOSED");
  }

  @Test
  void a_release_before_the_product_bars_the_reservation_too() {
    product.tell(release("o-1"));
    product.restart();
    stock(5);
    product.refuses(reserve("o-1", 2), "RESERVATION_CLOSED");
  }

  @Test
  void nothing_is_shipped_that_was_not_reserved() {
    stock(5);
    product.refuses(ship("o-1"), "NOT_RESERVED");
  }

  @Test
  void closed_orders_are_forgotten_when_they_are_old() {
    stock(5);
    product.tell(release("o-1"));
    now.set(NOW.plus(MEMORY.closedFor()));
    product.tell(release("o-2"));
    product.refuses(reserve("o-1", 1), "RESERVATION_CLOSED");
    now.set(NOW.plus(MEMORY.closedFor()).plusNanos(1));
    product.tell(release("o-3"));
    assertThat(product.restart().closings().entries()).extracting(entry -> entry.key()).containsExactly("o-2", "o-3");
  }

  @Test
  void closed_orders_are_forgotten_when_they_are_too_many() {
    for (int i = 0; i < 9; i++) {
      product.tell(release("o-" + i));
    }
    assertThat(product.restart().closings().size()).isEqualTo(MEMORY.closedOrders());
  }

  private void stock(int quantity) {
    product.tell(put("Tea", PRICE));
    product.tell(restock(quantity, null));
  }

  private Details details() {
    return (Details) product.changesNothing(new Product.Get());
  }

  private static Product.Command put(String name, Money price) {
    return new Product.Put(name, price);
  }

  private static Product.Command restock(int quantity, String reference) {
    return new Product.Restock(quantity, reference);
  }

  private static Product.Command reserve(String order, int quantity) {
    return new Product.Reserve(order, quantity, PRICE, NOW);
  }

  private static Product.Command reserveAt(Money price, Instant validUntil) {
    return new Product.Reserve("o-1", 1, price, validUntil);
  }

  private static Product.Command release(String order) {
    return new Product.Release(order);
  }

  private static Product.Command ship(String order) {
    return new Product.Ship(order);
  }
}
