package io.orderflow.journal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.orderflow.account.Account;
import io.orderflow.cart.ShoppingCart;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.RecentCommands;
import io.orderflow.order.Order;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.PaymentDetails;
import io.orderflow.payment.PaymentEvent;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.payment.PaymentState;
import io.orderflow.payment.PaymentState.Operation;
import io.orderflow.product.Inventory;
import io.orderflow.product.Product;
import io.orderflow.product.Reservations;
import io.orderflow.saga.Failure;
import io.orderflow.saga.SagaEvent;
import io.orderflow.saga.SagaEvent.Begins;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.SagaStatus;
import io.orderflow.saga.StepRecord;
import io.orderflow.shipping.Address;
import io.orderflow.shipping.Shipment;
import io.orderflow.user.User;
import java.time.Instant;
import java.util.List;

/** One event of each type, one snapshot of each state that has any, and one group of events, as today's code has them. */
final class StoredExamples {

  private static final Instant AT = Instant.parse("2026-11-23T16:20:30.123456Z");
  private static final Instant LATER = AT.plusSeconds(5);
  private static final Money PRICE = new Money(350, "EUR");
  private static final PaymentMethod CARD = new PaymentMethod.Card("tok_1");
  private static final PaymentMethod ACCOUNT = new PaymentMethod.FromAccount("ada");
  private static final Address ADDRESS = new Address("Ada", "1 Main St", "Bath", "BA1", "GB");
  private static final PlacedOrder ORDER =
      new PlacedOrder("ada", List.of(new Inventory.Item("tea", 2, PRICE)), new Money(700, "EUR"), CARD, ADDRESS);
  private static final PaymentDetails DETAILS = new PaymentDetails("o-1/charge-payment", PRICE, CARD);
  private static final Begins RESERVE = new Begins(StepRecord.Kind.ACTION, "reserve-inventory");

  private StoredExamples() {}

  /** All of them. */
  static List<Object> all() {
    return List.of(
        new Account.Opened("ada", "EUR", AT),
        new Account.Deposited(PRICE, "d-1", AT),
        new Account.Withdrawn(PRICE, null, AT),
        new Account.WithdrawalVoided("o-1/charge-payment", AT),
        new Account.State("ada", PRICE, 3,
            RecentCommands.<Account.Operation>none().with("d-1", new Account.Operation(Account.Kind.DEPOSIT, 350, 350, 2, 1_700_000_000_000L), 10),
            RecentCommands.none(), 0, 0),
        new Product.Offered("Tea", PRICE, AT),
        new Product.Restocked(100, "r-1", AT),
        new Product.Reserved("o-1", 2, AT),
        new Product.ReservationReleased("o-1", 2, AT),
        new Product.ReservationShipped("o-1", 2, AT),
        new Product.State("Tea", PRICE, 96, 2, Reservations.none().with("o-1", 2),
            RecentCommands.<Product.Restocking>none().with("r-1", new Product.Restocking(100, 100, 0), 10),
            RecentCommands.<Product.Closing>none().with("o-0", new Product.Closing(true, AT), 10)),
        new Order.Created(ORDER, AT),
        new Order.Confirmed("tx_1", "s-1", AT),
        new Order.Cancelled("OUT_OF_STOCK", "there is 1 left", AT),
        new PaymentEvent.Charged(CARD, PRICE, "o-1/charge-payment", "tx_1", 2, AT, LATER),
        new PaymentEvent.Declined(ACCOUNT, PRICE, "o-1/charge-payment", "INSUFFICIENT_FUNDS", "the balance is below the amount", 1, null, AT),
        new PaymentEvent.Refunded(CARD, PRICE, "o-1/charge-payment", null, AT),
        new PaymentEvent.Queued(Operation.CHARGE, DETAILS, 1, "it answered 503", AT),
        new PaymentEvent.AttemptFailed("it answered 400", 2, LATER, 0, false, AT),
        new PaymentEvent.RefundGivenUp(DETAILS, "it answered 422", 5, AT),
        new PaymentState(PaymentState.Status.QUEUED, Operation.REFUND, DETAILS, "tx_1", null, "it answered 503", 3, AT, LATER, AT, null,
            0, null, false),
        new Shipment.Created(ADDRESS, AT),
        new Shipment.Cancelled(AT),
        new User.Registered("Ada", "ada@example.org", AT),
        new User.Deleted(AT),
        new ShoppingCart.ItemPut("tea", 2, AT),
        new ShoppingCart.ItemRemoved("tea", AT),
        new ShoppingCart.CheckedOut(ORDER, AT),
        new ShoppingCart.OrderPlaced(AT),
        new ShoppingCart.Expired(AT),
        new ShoppingCart.State(List.of(new ShoppingCart.Item("tea", 2)), ORDER, true, AT),
        new SagaEvent.Started(JsonNodeFactory.instance.objectNode().put("customerId", "ada"), RESERVE, SagaStatus.RUNNING, AT),
        new SagaEvent.Resumed(SagaStatus.RUNNING, AT),
        new SagaEvent.StepCompleted("tx_1", RESERVE, SagaStatus.RUNNING, AT),
        new SagaEvent.AttemptFailed("no answer", SagaStatus.RUNNING, AT),
        new SagaEvent.StepRefused("OUT_OF_STOCK", "there is 1 left", true, null, RESERVE, SagaStatus.COMPENSATING, AT),
        new SagaEvent.StepGivenUp("PAYMENT_TIMEOUT", "no answer", null, RESERVE, SagaStatus.COMPENSATING, AT),
        new SagaEvent.CancelRequested("CUSTOMER_REQUEST", "the customer cancelled", null, RESERVE, SagaStatus.COMPENSATING, AT),
        new SagaEvent.CompensationGivenUp("no answer", RESERVE, SagaStatus.COMPENSATION_FAILED, AT),
        new SagaEvent.CompensationRevoked("charge-payment", "it answered 422", AT),
        new SagaEvent.RetryRequested(RESERVE, SagaStatus.COMPENSATING, AT),
        new SagaState(JsonNodeFactory.instance.objectNode().put("customerId", "ada"), SagaStatus.COMPENSATING,
            new Failure("charge-payment", "PAYMENT_DECLINED", "no money"), List.of(new StepRecord("reserve-inventory",
                StepRecord.Kind.ACTION, StepRecord.Status.COMPLETED, 2, 1, true, AT, LATER, "r", "no answer")), AT, null),
        new EventGroup(List.of(
            new SagaEvent.StepCompleted("tx_1", RESERVE, SagaStatus.RUNNING, AT),
            new PaymentEvent.Charged(CARD, PRICE, "o-1/charge-payment", "tx_1", 2, AT, LATER),
            new Shipment.Created(ADDRESS, AT),
            new Order.Confirmed("tx_1", "s-1", AT)), ""),
        new EventGroup(List.of(new Order.Created(ORDER, AT), new Shipment.Cancelled(AT)), List.of("ada", "")));
  }
}
