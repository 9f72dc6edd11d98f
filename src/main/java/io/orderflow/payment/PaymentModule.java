package io.orderflow.payment;

import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import io.orderflow.account.AccountService;
import io.orderflow.journal.JournalIndex;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import io.orderflow.operators.OperatorActions;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** The payments of a node. They live in the homes of their orders. */
public final class PaymentModule implements Module {

  private final NodeContext node;
  private final PaymentProvider provider;
  private final PaymentQueueQueries queue;
  private final PaymentService payments;
  private Function<String, CompletionStage<String>> customerOf;

  /**
   * @param home the name of the homes that payments live in
   */
  public PaymentModule(NodeContext node, String home, AccountService accounts) {
    this.node = node;
    this.provider = new PaymentProvider(node.system(), node.config().getConfig("payment"),
        ProviderAccess.url(node.system().settings().config()));
    this.queue = new PaymentQueueQueries(node.database());
    PaymentBacklog backlog = PaymentBacklog.watch(node.system(), queue);
    PaymentSource source = new PaymentMethodRouter(node.system(), accounts, provider, backlog, node.cards(),
        node.clock());
    this.payments = new PaymentService(node.system(),
        Payment.type(source, PaymentSettings.of(node.config().getConfig("payment")), node.clock()), home, backlog, queue);
  }

  /**
   * Checks the settings of the payment provider.
   *
   * @param config the whole configuration
   * @throws io.orderflow.kernel.StartRefused if the node must not start with them
   */
  public static void check(Config config) {
    ProviderAccess.url(config);
    ProviderAccess.authorization(config.getConfig("orderflow.payment"));
  }

  public PaymentService service() {
    return payments;
  }

  /** Whose orders are paid. The module of the orders calls it. */
  public void ordersOf(Function<String, CompletionStage<String>> customerByOrder) {
    customerOf = customerByOrder;
  }

  /**
   * Starts the payment queue. The module of the sagas that pay calls it, because the queue reports to these sagas.
   *
   * @param onSettled as in {@link PaymentQueue#start}
   * @param onRefundGivenUp as in {@link PaymentQueue#start}
   */
  public void startQueue(Consumer<String> onSettled, Consumer<String> onRefundGivenUp) {
    PaymentQueue.start(node.system(), queue, payments, provider, onSettled, onRefundGivenUp, node.clock());
  }

  /** This node's circuit breakers. */
  public List<BreakerSnapshot> breakers() {
    return List.of(provider.snapshot());
  }

  @Override
  public List<JournalIndex.Table> tables() {
    return List.of(PaymentQueue.table());
  }

  @Override
  public List<Route> routes() {
    return List.of(new PaymentRoutes(queue, payments, customerOf).routes(), new PaymentQueueRoutes(queue).routes(), new BreakerRoutes(provider,
        BreakerHold.start(node.system(), provider::force), new OperatorActions(node.database(), node.clock()), node.clock()).routes());
  }
}
