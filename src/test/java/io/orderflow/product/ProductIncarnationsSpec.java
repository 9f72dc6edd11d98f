package io.orderflow.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateIncarnations;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.journal.LateJournal;
import io.orderflow.kernel.Money;
import io.orderflow.product.Product.Details;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two incarnations of one product live at once: no piece is lost or sold twice. */
class ProductIncarnationsSpec {

  private static final Money PRICE = new Money(350, "EUR");

  private final AggregateIncarnations<Product.Command, Product.Event, Product.State, Product.Reply> product =
      new AggregateIncarnations<>(ProductService.type(AggregateKit.CLOCK, new Product.Memory(10, Duration.ofSeconds(30), 1000)), "tea");

  @BeforeEach
  void tenPieces() {
    product.older.spawns();
    product.older.ask(new Product.Put("Tea", PRICE));
    product.older.ask(new Product.Restock(10, "r"));
  }

  @AfterEach
  void close() {
    product.close();
  }

  @Test
  void a_write_of_a_removed_node_is_seen_by_whoever_reads_after_it() {
    product.newer.spawns();
    assertStock(product.newer, 10, 0);
    product.olderIsRemoved();
    product.older.ask(reserve("o-1", 3));
    assertStock(product.newer, 7, 3);
    product.older.ask(release("o-1"));
    assertStock(product.newer, 10, 0);
  }

  @Test
  void a_write_that_lands_after_it_was_given_up_is_seen_by_whoever_reads_after_it() {
    LateJournal.Held restocked = product.olderWritesLate(new Product.Restock(5, "late"));
    restocked.isGivenUp();
    assertStock(product.older, 10, 0);
    restocked.lands();
    assertStock(product.older, 15, 0);
  }

  @Test
  void a_rejection_is_of_the_latest_state_too() {
    product.older.ask(reserve("o-1", 10));
    product.newer.spawns();
    product.newer.refuses(reserve("o-2", 1), "OUT_OF_STOCK");
    product.olderIsRemoved();
    product.older.ask(release("o-1"));
    assertThat(product.newer.ask(reserve("o-2", 1)).isSuccess()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_reservation_that_lands_late_is_given_back_or_refused(boolean heard) {
    LateJournal.Held reserved = product.olderWritesLate(reserve("o-1", 10));
    product.newer.spawns();
    assertStock(product.newer, 10, 0);
    if (!heard) {
      reserved.isGivenUp();
    }
    reserved.lands();
    assertThat(product.newer.ask(release("o-1")).isSuccess()).isTrue();
    assertStock(product.newer, 10, 0);
    product.newer.refuses(reserve("o-1", 10), "RESERVATION_CLOSED");
  }

  @Test
  void a_reservation_that_comes_after_its_release_takes_nothing() {
    product.newer.spawns();
    assertThat(product.newer.ask(release("o-1")).isSuccess()).isTrue();
    product.older.refuses(reserve("o-1", 10), "RESERVATION_CLOSED");
    assertStock(product.older, 10, 0);
  }

  @Test
  void the_last_pieces_are_reserved_once() {
    product.newer.spawns();
    assertThat(product.newer.ask(reserve("o-1", 10)).isSuccess()).isTrue();
    product.older.refuses(reserve("o-2", 10), "OUT_OF_STOCK");
    assertThat(product.older.ask(ship("o-1")).isSuccess()).isTrue();
    assertThat(product.newer.ask(ship("o-1")).isSuccess()).isTrue();
    product.newer.refuses(release("o-1"), "RESERVATION_CLOSED");
    assertStock(product.older, 0, 0);
  }

  @Test
  void a_reservation_that_is_shipped_late_is_not_released() {
    product.older.ask(reserve("o-1", 10));
    product.newer.spawns();
    LateJournal.Held shipped = product.olderWritesLate(ship("o-1"));
    shipped.isGivenUp();
    shipped.lands();
    product.newer.refuses(release("o-1"), "RESERVATION_CLOSED");
  }

  private static void assertStock(AggregateIncarnations<Product.Command, Product.Event, Product.State, Product.Reply>.Incarnation of,
      long available, long reserved) {
    Details details = (Details) of.ask(new Product.Get()).getValue();
    assertThat(details.available()).isEqualTo(available);
    assertThat(details.reserved()).isEqualTo(reserved);
  }

  private static Product.Command reserve(String order, int quantity) {
    return new Product.Reserve(order, quantity, PRICE, AggregateKit.NOW.plusSeconds(7));
  }

  private static Product.Command release(String order) {
    return new Product.Release(order);
  }

  private static Product.Command ship(String order) {
    return new Product.Ship(order);
  }
}
