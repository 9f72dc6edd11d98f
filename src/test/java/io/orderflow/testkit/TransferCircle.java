package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Few accounts that money goes round between, so that every transfer meets others, and what their balances must be. */
final class TransferCircle {

  /** A transfer to be made: what is posted where. */
  record Wish(String from, String to, long cents) {

    String path() {
      return "/api/accounts/" + from + "/transfers";
    }

    String body(String reference) {
      return "{'to':'" + to + "','amount':'" + BigDecimal.valueOf(cents, 2) + "','reference':'" + reference + "'}";
    }
  }

  private record Made(String id, Wish wish) {}

  private static final List<String> ACCOUNTS = List.of("east", "south", "west");
  private static final long FUNDS = 10_000;

  private final Queue<Made> made = new ConcurrentLinkedQueue<>();

  void open(ShopClient shop) {
    ACCOUNTS.forEach(account -> shop.account(account, BigDecimal.valueOf(FUNDS, 2).toString()));
  }

  /** Any two of the accounts, and often more money than there is. */
  Wish next(SplittableRandom dice) {
    int from = dice.nextInt(ACCOUNTS.size());
    int to = (from + 1 + dice.nextInt(ACCOUNTS.size() - 1)) % ACCOUNTS.size();
    return new Wish(ACCOUNTS.get(from), ACCOUNTS.get(to), 1 + dice.nextInt((int) FUNDS));
  }

  void answered(Wish wish, String transferId) {
    made.add(new Made(transferId, wish));
  }

  int size() {
    return made.size();
  }

  /** Every transfer has ended, and what was moved is what the completed ones say: no money made or lost. */
  void assertMoneyConserved(ShopClient shop) {
    Map<String, Long> due = new HashMap<>();
    ACCOUNTS.forEach(account -> due.put(account, FUNDS));
    for (Made transfer : made) {
      String status = shop.read("/api/transfers/" + transfer.id()).expect(200).text("status");
      assertThat(status).isIn("COMPLETED", "FAILED");
      if (status.equals("COMPLETED")) {
        due.merge(transfer.wish().from(), -transfer.wish().cents(), Long::sum);
        due.merge(transfer.wish().to(), transfer.wish().cents(), Long::sum);
      }
    }
    assertThat(due.values()).allSatisfy(balance -> assertThat(balance).isNotNegative());
    due.forEach((account, balance) -> {
      assertThat(shop.read("/api/accounts/" + account).expect(200).text("balance")).as(account)
          .isEqualTo(BigDecimal.valueOf(balance, 2).toString());
      assertThat(AccountBooks.balance(shop, account)).as(account).isEqualTo(BigDecimal.valueOf(balance, 2).toString());
    });
  }
}
