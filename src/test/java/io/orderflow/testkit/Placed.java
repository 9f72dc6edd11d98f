package io.orderflow.testkit;

import java.util.List;
import java.util.stream.Collectors;

/** An order that was answered with 201, as its client knows it; each of its products costs {@link Assortment#PRICE}. */
public record Placed(String id, Wanted wanted) {

  /** So many of a product. */
  public record Line(String sku, int quantity) {}

  /** What is asked for; it is paid from the account or, where that is null, with the card. */
  public record Wanted(String customer, List<Line> lines, String card, String account, String country) {

    /** What is due for it. */
    long cents() {
      return lines.stream().mapToLong(line -> line.quantity() * Assortment.PRICE).sum();
    }

    /** The request. */
    public String body() {
      String items = lines.stream().map(line -> "{'sku':'" + line.sku() + "','quantity':" + line.quantity() + ",'unitPrice':'3.50'}")
          .collect(Collectors.joining(","));
      return "{'customerId':'" + customer + "','currency':'EUR','items':[" + items + "],'payment':"
          + (account == null ? ShopClient.card(card) : ShopClient.account(account))
          + ",'shippingAddress':{'name':'Ada','street':'1 Main St','city':'Berlin','postalCode':'10115','country':'" + country + "'}}";
    }
  }
}
