package io.orderflow.cart;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.cart.ShoppingCart.Contents;
import io.orderflow.cart.ShoppingCart.Item;
import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Precondition;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.product.Inventory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShoppingCartSpec {

  private static final Instant NOW = AggregateKit.NOW;
  private static final Duration EXPIRES_AFTER = Duration.ofDays(7);
  private static final Item TEA = new Item("tea", 2);
  private static final Item CUPS = new Item("cups", 4);

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
  private final AggregateKit<ShoppingCart.Command, ShoppingCart.Event, ShoppingCart.State, Contents> cart =
      new AggregateKit<>(new ShoppingCart(clock, EXPIRES_AFTER));

  @Test
  void is_unknown_before_its_first_item() {
    cart.refuses(new ShoppingCart.Get(), "CART_NOT_FOUND");
    cart.refuses(remove("tea"), "CART_NOT_FOUND");
    cart.refuses(checkOut(order("ada", TEA)), "CART_NOT_FOUND");
  }

  @Test
  void holds_what_was_put_into_it_in_that_order_also_after_a_restart() {
    var first = cart.tell(put(TEA));
    assertThat(first.event()).isEqualTo(new ShoppingCart.ItemPut("tea", 2, NOW));
    assertThat(first.reply()).isEqualTo(open(NOW, TEA));
    cart.tell(put(CUPS));
    assertThat(cart.tell(put(new Item("tea", 5))).reply()).isEqualTo(open(NOW, new Item("tea", 5), CUPS));
    cart.restart();
    assertThat(contents()).isEqualTo(open(NOW, new Item("tea", 5), CUPS));
  }

  @Test
  void the_same_quantity_again_changes_nothing() {
    cart.tell(put(TEA));
    assertThat(cart.changesNothing(put(TEA))).isEqualTo(open(NOW, TEA));
  }

  @Test
  void what_is_removed_is_gone_and_removing_it_again_changes_nothing() {
    cart.tell(put(TEA));
    cart.tell(put(CUPS));
    var removed = cart.tell(remove("tea"));
    assertThat(removed.event()).isEqualTo(new ShoppingCart.ItemRemoved("tea", NOW));
    assertThat(removed.reply()).isEqualTo(open(NOW, CUPS));
    assertThat(cart.changesNothing(remove("tea"))).isEqualTo(open(NOW, CUPS));
    assertThat(cart.tell(remove("cups")).reply()).isEqualTo(open(NOW));
  }

  @Test
  void a_change_under_a_condition_is_made_to_what_its_sender_has_seen_alone() {
    cart.refuses(new ShoppingCart.PutItem("tea", 2, Precondition.EXISTS), "PRECONDITION_FAILED");
    cart.tell(put(TEA));
    Precondition seen = Precondition.oneOf(Set.of(contents().tag()));
    cart.tell(new ShoppingCart.PutItem("tea", 3, seen));
    cart.refuses(new ShoppingCart.PutItem("tea", 4, seen), "PRECONDITION_FAILED");
    cart.refuses(new ShoppingCart.RemoveItem("tea", seen), "PRECONDITION_FAILED");
    cart.refuses(new ShoppingCart.CheckOut(order("ada", new Item("tea", 3)), seen), "PRECONDITION_FAILED");
    cart.changesNothing(new ShoppingCart.PutItem("tea", 3, seen));
    cart.changesNothing(new ShoppingCart.RemoveItem("none", seen));
    cart.restart();
    Precondition now = Precondition.oneOf(Set.of(contents().tag()));
    cart.tell(new ShoppingCart.CheckOut(order("ada", new Item("tea", 3)), now));
    cart.changesNothing(new ShoppingCart.CheckOut(order("ada", new Item("tea", 3)), now));
  }

  @Test
  void an_expired_cart_is_not_what_its_sender_has_seen() {
    cart.tell(put(TEA));
    Precondition seen = Precondition.oneOf(Set.of(contents().tag()));
    now.set(NOW.plus(EXPIRES_AFTER));
    assertThat(cart.refusesRemembering(new ShoppingCart.PutItem("tea", 3, seen), "PRECONDITION_FAILED"))
        .containsExactly(new ShoppingCart.Expired(now.get()));
  }

  @Test
  void holds_a_hundred_products_and_no_more() {
    for (int i = 0; i < 100; i++) {
      cart.tell(put(new Item("sku-" + i, 1)));
    }
    cart.refuses(put(TEA), "CART_FULL");
    cart.tell(put(new Item("sku-7", 2)));
    cart.tell(remove("sku-8"));
    assertThat(cart.tell(put(TEA)).reply().items()).hasSize(100).endsWith(TEA);
  }

  @Test
  void is_checked_out_once_and_answers_the_first_order_ever_after() {
    cart.tell(put(TEA));
    PlacedOrder adas = order("ada", TEA);
    var result = cart.tell(checkOut(adas));
    assertThat(result.event()).isEqualTo(new ShoppingCart.CheckedOut(adas, NOW));
    Contents answer = new Contents(List.of(TEA), adas, false, NOW, null);
    assertThat(result.reply()).isEqualTo(answer);
    assertThat(cart.changesNothing(checkOut(order("bob", TEA)))).isEqualTo(answer);
    cart.restart();
    assertThat(cart.changesNothing(checkOut(order("bob", CUPS)))).isEqualTo(answer);
    assertThat(contents()).isEqualTo(answer);
  }

  @Test
  void checked_out_it_cannot_be_changed() {
    cart.tell(put(TEA));
    cart.tell(checkOut(order("ada", TEA)));
    cart.refuses(put(CUPS), "CART_CHECKED_OUT");
    cart.refuses(put(TEA), "CART_CHECKED_OUT");
    cart.refuses(remove("tea"), "CART_CHECKED_OUT");
  }

  @Test
  void an_order_of_other_items_than_the_cart_has_now_is_refused_and_the_cart_stays_open() {
    cart.tell(put(TEA));
    cart.tell(put(CUPS));
    cart.refuses(checkOut(order("ada", TEA)), "CART_CHANGED");
    cart.refuses(checkOut(order("ada", TEA, new Item("cups", 5))), "CART_CHANGED");
    cart.refuses(checkOut(order("ada", TEA, CUPS, new Item("pot", 1))), "CART_CHANGED");
    assertThat(contents()).isEqualTo(open(NOW, TEA, CUPS));
  }

  @Test
  void an_empty_cart_is_not_checked_out() {
    cart.tell(put(TEA));
    cart.tell(remove("tea"));
    cart.refuses(checkOut(order("ada", TEA)), "CART_EMPTY");
    assertThat(contents()).isEqualTo(open(NOW));
  }

  @Test
  void that_the_order_is_placed_is_noted_once_and_only_of_a_recorded_one() {
    cart.tell(put(TEA));
    assertThat(note()).isEmpty();
    cart.tell(checkOut(order("ada", TEA)));
    assertThat(note()).containsExactly(new ShoppingCart.OrderPlaced(NOW));
    assertThat(note()).isEmpty();
    assertThat(contents().placed()).isTrue();
    assertThat(contents().order()).isEqualTo(order("ada", TEA));
  }

  @Test
  void unchanged_for_its_time_it_is_forgotten_at_the_next_command() {
    cart.tell(put(TEA));
    pass(EXPIRES_AFTER.minusMillis(1));
    assertThat(contents()).isEqualTo(open(NOW, TEA));
    pass(Duration.ofMillis(1));
    assertThat(cart.refusesRemembering(new ShoppingCart.Get(), "CART_NOT_FOUND")).containsExactly(new ShoppingCart.Expired(now.get()));
    cart.refuses(new ShoppingCart.Get(), "CART_NOT_FOUND");
    cart.restart();
    cart.refuses(new ShoppingCart.Get(), "CART_NOT_FOUND");
  }

  @Test
  void each_change_begins_its_time_anew() {
    cart.tell(put(TEA));
    pass(EXPIRES_AFTER.minusDays(1));
    cart.tell(put(CUPS));
    pass(EXPIRES_AFTER.minusDays(1));
    cart.tell(remove("cups"));
    pass(EXPIRES_AFTER.minusDays(1));
    assertThat(contents().items()).containsExactly(TEA);
  }

  @Test
  void a_forgotten_cart_is_neither_checked_out_nor_emptied() {
    cart.tell(put(TEA));
    pass(EXPIRES_AFTER);
    assertThat(cart.refusesRemembering(checkOut(order("ada", TEA)), "CART_NOT_FOUND"))
        .containsExactly(new ShoppingCart.Expired(now.get()));
    cart.tell(put(TEA));
    pass(EXPIRES_AFTER);
    assertThat(cart.refusesRemembering(remove("tea"), "CART_NOT_FOUND")).containsExactly(new ShoppingCart.Expired(now.get()));
  }

  @Test
  void an_id_of_a_forgotten_cart_may_be_used_for_a_new_one_with_nothing_of_the_old() {
    cart.tell(put(TEA));
    pass(EXPIRES_AFTER.plusDays(30));
    var result = cart.tell(put(CUPS));
    assertThat(result.events()).containsExactly(new ShoppingCart.Expired(now.get()), new ShoppingCart.ItemPut("cups", 4, now.get()));
    assertThat(result.reply()).isEqualTo(open(now.get(), CUPS));
  }

  @Test
  void checked_out_it_never_expires() {
    cart.tell(put(TEA));
    cart.tell(checkOut(order("ada", TEA)));
    pass(EXPIRES_AFTER.multipliedBy(100));
    assertThat(contents().order()).isEqualTo(order("ada", TEA));
    assertThat(cart.changesNothing(checkOut(order("bob", TEA))).order()).isEqualTo(order("ada", TEA));
  }

  private void pass(Duration time) {
    now.updateAndGet(instant -> instant.plus(time));
  }

  private Contents contents() {
    return cart.changesNothing(new ShoppingCart.Get());
  }

  private List<ShoppingCart.Event> note() {
    return cart.tell(new ShoppingCart.NotePlaced()).events();
  }

  private static Contents open(Instant changedAt, Item... items) {
    return new Contents(List.of(items), null, false, changedAt, changedAt.plus(EXPIRES_AFTER));
  }

  private static PlacedOrder order(String customer, Item... items) {
    return new PlacedOrder.Terms(customer, new PaymentMethod.Card("tok_1"), null).order(Stream.of(items)
        .map(item -> new Inventory.Item(item.sku(), item.quantity(), new Money(350, "EUR"))).toList());
  }

  private static ShoppingCart.Command put(Item item) {
    return new ShoppingCart.PutItem(item.sku(), item.quantity());
  }

  private static ShoppingCart.Command remove(String sku) {
    return new ShoppingCart.RemoveItem(sku);
  }

  private static ShoppingCart.Command checkOut(PlacedOrder order) {
    return new ShoppingCart.CheckOut(order);
  }
}
