package io.orderflow.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.Money;
import io.orderflow.order.OrderSaga;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.PaymentEvent;
import io.orderflow.payment.PaymentState;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.SagaStatus;
import io.orderflow.saga.StepRecord;
import io.orderflow.saga.StepRecord.Kind;
import io.orderflow.saga.StepRecord.Status;
import java.util.List;

/**
 * The money and the stock of one order: what was taken, what was given back, and whether nothing is owed.
 *
 * @param charged the money that was charged, with the currency's digits
 * @param inDoubt money that may have been charged although no answer confirmed it; null for none
 * @param kept what the shop has of it now
 * @param balances whether charge and stock are what the order's end demands; null while it has not ended
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OrderLedger(String currency, String due, String charged, String refunded, String inDoubt, String kept, List<Stock> stock, Boolean balances) {

  /** The pieces of one product. */
  record Stock(String sku, int ordered, int reserved, int released, int shipped) {

    private boolean isBalanced(SagaStatus end) {
      return end == SagaStatus.COMPLETED ? shipped == ordered : reserved == released && shipped == 0;
    }
  }

  /**
   * Draws up the ledger.
   *
   * @param paid the payment's events
   * @param payment the payment's state; null if nothing is recorded
   */
  static OrderLedger of(PlacedOrder order, SagaState saga, List<PaymentEvent> paid, PaymentState payment) {
    Money zero = Money.zero(order.total().currency());
    Money charged = paid.stream().anyMatch(PaymentEvent.Charged.class::isInstance) ? order.total() : zero;
    Money refunded = paid.stream().anyMatch(PaymentEvent.Refunded.class::isInstance) ? charged : zero;
    boolean doubtful = charged.minor() == 0 && payment != null
        && (payment.status() == PaymentState.Status.REFUND_FAILED || payment.waitsFor() == PaymentState.Operation.REFUND);
    List<Stock> stock = order.items().stream().map(item -> {
      boolean reserved = has(saga, OrderSaga.RESERVE, Kind.ACTION, Status.COMPLETED);
      boolean released = has(saga, OrderSaga.RESERVE, Kind.COMPENSATION, Status.COMPENSATED);
      boolean shipped = has(saga, OrderSaga.SHIP_STOCK, Kind.RETRIABLE, Status.COMPLETED);
      return new Stock(item.sku(), item.quantity(), reserved ? item.quantity() : 0, reserved && released ? item.quantity() : 0,
          shipped ? item.quantity() : 0);
    }).toList();
    SagaStatus end = saga.state();
    boolean moneyBalances = end == SagaStatus.COMPLETED ? charged.equals(order.total()) && refunded.equals(zero)
        : charged.equals(refunded) && !doubtful;
    Boolean balances = end.isActive() ? null
        : moneyBalances && stock.stream().allMatch(each -> each.isBalanced(end)) && (end != SagaStatus.COMPENSATION_FAILED || allUndone(saga));
    return new OrderLedger(zero.currency(), order.total().amount(), charged.amount(), refunded.amount(), doubtful ? order.total().amount() : null,
        charged.minus(refunded).amount(), stock, balances);
  }

  private static boolean has(SagaState saga, String step, Kind kind, Status status) {
    return saga.steps().stream().anyMatch(call -> call.name().equals(step) && call.kind() == kind && call.status() == status);
  }

  private static boolean allUndone(SagaState saga) {
    return saga.steps().stream().map(StepRecord::status).noneMatch(Status.COMPENSATION_FAILED::equals);
  }
}
