package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import io.orderflow.account.AccountService;
import io.orderflow.journal.JournalIndex;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import java.util.List;
import java.util.function.Consumer;

/** Payments on a node. They leave the journal with their orders. */
public final class PaymentModule implements Module {

  private final NodeContext node;
  private final PaymentProvider provider;
  private final PaymentService payments;

  /** @param providerUrl of the payment provider */
  public PaymentModule(NodeContext node, AccountService accounts, String providerUrl) {
    this.node = node;
    this.provider = new PaymentProvider(node.system(), node.config().getConfig("payment"), providerUrl);
    PaymentBacklog backlog = PaymentBacklog.watch(node.system(), node.database());
    Payment.init(node.system(), new PaymentMethodRouter(node.system(), accounts, provider, backlog, node.clock()), node.clock());
    this.payments = new PaymentService(node.system(), backlog);
  }

  public PaymentService service() {
    return payments;
  }

  /**
   * Starts the queue of payments that wait for the provider. Called by the module whose sagas pay, as only it knows whom to tell.
   *
   * @param onSettled as in {@link PaymentQueue#start}
   * @param onRefundGivenUp as in {@link PaymentQueue#start}
   */
  public void startQueue(Consumer<String> onSettled, Consumer<String> onRefundGivenUp) {
    PaymentQueue.start(node.system(), node.database(), provider, onSettled, onRefundGivenUp, node.clock());
  }

  @Override
  public List<JournalIndex.Table> tables() {
    return List.of(PaymentQueue.table());
  }

  @Override
  public List<Route> routes() {
    return List.of(new PaymentRoutes(node.database(), payments).routes(), new BreakerRoutes(provider, node.clock()).routes());
  }
}
