package io.orderflow.product;

import akka.actor.typed.ActorSystem;
import akka.stream.SharedKillSwitch;
import io.orderflow.history.EventHistory;
import io.orderflow.history.EventHistory.Description;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Presents the events of a product, and computes its stock as it was. */
public final class ProductHistory {

  /** The stock after some events. @param sold the pieces that were shipped so far */
  record StockThen(String sku, long available, long reserved, long sold, long sequence) {

    private StockThen after(Product.Event event) {
      if (event instanceof Product.Restocked restocked) {
        return next(restocked.quantity(), 0, 0);
      }
      if (event instanceof Product.Reserved reserved) {
        return next(-reserved.quantity(), reserved.quantity(), 0);
      }
      if (event instanceof Product.ReservationReleased released) {
        return next(released.quantity(), -released.quantity(), 0);
      }
      if (event instanceof Product.ReservationShipped shipped) {
        return next(0, -shipped.quantity(), shipped.quantity());
      }
      return next(0, 0, 0);
    }

    private StockThen next(int moreAvailable, int moreReserved, int moreSold) {
      return new StockThen(sku, available + moreAvailable, reserved + moreReserved, sold + moreSold, sequence + 1);
    }
  }

  private final ActorSystem<?> system;
  private final EventHistory<Product.Event> events;

  public ProductHistory(ActorSystem<?> system) {
    this.system = system;
    this.events = new EventHistory<>(system, Product.NAME, Product.Event.class,
        page -> CompletableFuture.completedStage(ProductHistory::describe), ProductHistory::at);
  }

  /** Reads the events of products. */
  public EventHistory<Product.Event> events() {
    return events;
  }

  /**
   * Computes the stock after the event with the sequence number, or after the last one if there are fewer.
   *
   * @param stop ends the read early
   */
  CompletionStage<StockThen> atSequence(String sku, long sequence, SharedKillSwitch stop) {
    return events.events(sku, 1, sequence).via(stop.flow()).runFold(new StockThen(sku, 0, 0, 0, 0), StockThen::after, system);
  }

  private static Description describe(Product.Event event) {
    if (event instanceof Product.Restocked restocked) {
      return new Description("RESTOCKED", Map.of("quantity", restocked.quantity()));
    }
    if (event instanceof Product.Reserved reserved) {
      return new Description("RESERVED", ofOrder(reserved.orderId(), reserved.quantity()));
    }
    if (event instanceof Product.ReservationReleased released) {
      return new Description("RELEASED", ofOrder(released.orderId(), released.quantity()));
    }
    if (event instanceof Product.ReservationShipped shipped) {
      return new Description("SHIPPED", ofOrder(shipped.orderId(), shipped.quantity()));
    }
    Product.Offered offered = (Product.Offered) event;
    return new Description("OFFERED", Map.of("name", offered.name(), "price", offered.price().amount(), "currency", offered.price().currency()));
  }

  private static Map<String, Object> ofOrder(String orderId, int quantity) {
    return Map.of("orderId", orderId, "quantity", quantity);
  }

  private static Instant at(Product.Event event) {
    if (event instanceof Product.Restocked restocked) {
      return restocked.at();
    }
    if (event instanceof Product.Reserved reserved) {
      return reserved.at();
    }
    if (event instanceof Product.ReservationReleased released) {
      return released.at();
    }
    return event instanceof Product.ReservationShipped shipped ? shipped.at() : ((Product.Offered) event).at();
  }
}
