package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;

/** An account's balance worked out anew from its events, which must be numbered without a gap. */
final class AccountBooks {

  private AccountBooks() {}

  static String balance(ShopClient shop, String account) {
    BigDecimal balance = new BigDecimal("0.00");
    long expected = 1;
    String from = "1";
    do {
      JsonNode page = shop.read("/api/accounts/" + account + "/events?limit=500&from=" + from).expect(200).body();
      for (JsonNode event : page.path("events")) {
        assertThat(event.path("sequence").asLong()).as(account).isEqualTo(expected++);
        BigDecimal amount = new BigDecimal(event.path("data").path("amount").asText("0"));
        balance = switch (event.path("type").asText()) {
          case "DEPOSITED" -> balance.add(amount);
          case "WITHDRAWN" -> balance.subtract(amount);
          default -> balance;
        };
        assertThat(balance.signum()).as(account).isNotNegative();
      }
      from = page.path("next").asText(null);
    } while (from != null && !from.equals("null"));
    return balance.toPlainString();
  }
}
