package io.orderflow.testkit;

import io.orderflow.testkit.Placed.Line;
import io.orderflow.testkit.Placed.Wanted;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What there is to buy and who buys it: few products that most want, many that are wanted now and then and run out. */
final class Assortment {

  /** Of every product, in cents. */
  static final long PRICE = 350;
  /** On every account at first, in cents; the last account's owner is poor. */
  static final long FUNDS = 100_000_000;
  static final long POOR_FUNDS = 20_000;

  private static final List<String> HOT = List.of("tea", "coffee", "cocoa");
  private static final int PLENTY = 1_000_000;
  private static final int FEW = 15;
  private static final List<String> ACCOUNTS = List.of("ada", "bob", "cem", "poor");
  private static final int CUSTOMERS = 20;
  private static final int PARALLEL = 8;

  private final List<String> cold;

  /** @param cold how many products are wanted seldom */
  Assortment(int cold) {
    this.cold = IntStream.range(0, cold).mapToObj(i -> "cold-" + i).toList();
  }

  List<String> skus() {
    return Stream.concat(HOT.stream(), cold.stream()).toList();
  }

  /** How many of a product were put in. */
  int putIn(String sku) {
    return HOT.contains(sku) ? PLENTY : FEW;
  }

  List<String> accounts() {
    return ACCOUNTS;
  }

  /** What an account had at first, in cents. */
  long funds(String account) {
    return account.equals("poor") ? POOR_FUNDS : FUNDS;
  }

  List<String> customers() {
    return IntStream.range(0, CUSTOMERS).mapToObj(i -> "customer-" + i).toList();
  }

  /** Fills the shelves and the accounts. */
  void open(ShopClient shop) {
    // A cluster that has just formed still gives its parts a home; all of this may be said twice.
    ConditionFactory patiently = Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreException(UncheckedIOException.class);
    Parallel.each(PARALLEL, skus(), sku -> patiently.untilAsserted(() -> shop.stock(sku, putIn(sku))));
    ACCOUNTS.forEach(account -> patiently.untilAsserted(() -> shop.account(account, funds(account) / 100 + ".00")));
  }

  /** An order as the dice have it: by card or account, of one to three products, some of which can't be paid or shipped. */
  Wanted next(SplittableRandom dice) {
    List<Line> lines = new ArrayList<>();
    int products = dice.nextInt(4) == 0 ? 2 + dice.nextInt(2) : 1;
    while (lines.size() < products) {
      List<String> from = cold.isEmpty() || dice.nextInt(4) > 0 ? HOT : cold;
      String sku = from.get(dice.nextInt(from.size()));
      if (lines.stream().noneMatch(line -> line.sku().equals(sku))) {
        lines.add(new Line(sku, 1 + dice.nextInt(3)));
      }
    }
    String account = dice.nextInt(3) == 0 ? ACCOUNTS.get(dice.nextInt(ACCOUNTS.size())) : null;
    return new Wanted("customer-" + dice.nextInt(CUSTOMERS), List.copyOf(lines), dice.nextInt(8) == 0 ? "tok_declined" : "tok_1", account,
        dice.nextInt(10) == 0 ? "ZZ" : "DE");
  }
}
