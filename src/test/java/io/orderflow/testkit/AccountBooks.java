package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** An account's balance worked out anew from its events, which must be numbered without a gap. */
final class AccountBooks {

  private AccountBooks() {}

  static String balance(ShopClient shop, String account) {
    BigDecimal balance = new BigDecimal("0.00");
    long expected = 1;
    for (JsonNode event : events(shop, "/api/accounts/" + account)) {
      assertThat(event.path("sequence").asLong()).as(account).isEqualTo(expected++);
      BigDecimal amount = new BigDecimal(event.path("data").path("amount").asText("0"));
      balance = switch (event.path("type").asText()) {
        case "DEPOSITED" -> balance.add(amount);
        case "WITHDRAWN" -> balance.subtract(amount);
        default -> balance;
      };
      assertThat(balance.signum()).as(account).isNotNegative();
    }
    return balance.toPlainString();
  }

  /** All events of an account or a product, from the first. */
  static List<JsonNode> events(ShopClient shop, String path) {
    List<JsonNode> events = new ArrayList<>();
    String from = "1";
    do {
      JsonNode page = shop.read(path + "/events?limit=500&from=" + from).expect(200).body();
      page.path("events").forEach(events::add);
      from = page.path("next").asText(null);
    } while (from != null && !from.equals("null"));
    return events;
  }
}
