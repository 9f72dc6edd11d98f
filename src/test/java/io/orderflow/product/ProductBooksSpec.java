package io.orderflow.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.kernel.Money;
import io.orderflow.product.Product.Details;
import io.orderflow.product.Product.Stock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any sequence of commands, repeats and restarts: the product's books balance after each, and agree with books kept beside it. */
class ProductBooksSpec {

  private static final Money[] PRICES = {new Money(350, "EUR"), new Money(400, "EUR")};
  private static final int COMMANDS = 400;
  private static final int ORDERS = 80;

  private enum Fate { RESERVED, RELEASED, SHIPPED }

  private final Map<String, Fate> fates = new TreeMap<>();
  private final Map<String, Integer> quantities = new TreeMap<>();
  private long restocked;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void available_reserved_and_sold_are_what_was_restocked(long seed) {
    Random random = new Random(seed);
    Product.Memory memory = new Product.Memory(100, Duration.ofMinutes(2), 1000);
    var product = new AggregateKit<>(new Product("tea", AggregateKit.CLOCK, memory));
    product.tell(new Product.Put("Tea", PRICES[0]));
    for (int i = 0; i < COMMANDS; i++) {
      step(product, random);
      if (i % 50 == 49) {
        product.restart();
      }
      Details details = (Details) product.changesNothing(new Product.Get());
      long sold = sum(Fate.SHIPPED);
      assertThat(details.available()).as("available after command %s", i).isNotNegative();
      assertThat(details.reserved()).as("reserved after command %s", i).isEqualTo(sum(Fate.RESERVED));
      assertThat(details.available() + details.reserved() + sold).as("all after command %s", i).isEqualTo(restocked);
    }
    assertThat(product.restart().sold()).isEqualTo(sum(Fate.SHIPPED));
    assertThat(fates.values()).contains(Fate.values());
  }

  private void step(AggregateKit<Product.Command, Product.Event, Product.State, Product.Reply> product, Random random) {
    String order = "o-" + random.nextInt(ORDERS);
    switch (random.nextInt(7)) {
      case 0 -> product.tell(new Product.Put("Tea", PRICES[random.nextInt(2)]));
      case 1 -> {
        var restock = product.tell(new Product.Restock(3, "r-" + random.nextInt(100)));
        restocked += restock.events().isEmpty() ? 0 : 3;
      }
      case 2, 3, 4 -> {
        int quantity = 1 + random.nextInt(3);
        if (product.accepts(new Product.Reserve(order, quantity, PRICES[random.nextInt(2)], AggregateKit.NOW))) {
          assertThat(fates.putIfAbsent(order, Fate.RESERVED)).isIn(null, Fate.RESERVED);
          assertThat(quantities.putIfAbsent(order, quantity)).isIn(null, quantity);
        }
      }
      case 5 -> {
        boolean released = product.accepts(new Product.Release(order));
        assertThat(released).isEqualTo(fates.get(order) != Fate.SHIPPED);
        if (released) {
          fates.put(order, Fate.RELEASED);
        }
      }
      default -> {
        boolean shipped = product.accepts(new Product.Ship(order));
        assertThat(shipped).isEqualTo(fates.get(order) == Fate.RESERVED || fates.get(order) == Fate.SHIPPED);
        if (shipped) {
          fates.put(order, Fate.SHIPPED);
        }
      }
    }
  }

  private long sum(Fate fate) {
    return fates.entrySet().stream().filter(entry -> entry.getValue() == fate)
        .mapToLong(entry -> quantities.getOrDefault(entry.getKey(), 0)).sum();
  }
}
