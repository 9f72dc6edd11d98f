package io.orderflow.console;

import akka.http.javadsl.server.Route;
import io.orderflow.account.AccountModule;
import io.orderflow.archive.ArchiveRule;
import io.orderflow.http.Audit;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import io.orderflow.operators.OperatorActions;
import io.orderflow.order.OrderModule;
import io.orderflow.order.OrderSaga;
import io.orderflow.payment.PaymentModule;
import io.orderflow.projection.ProjectionDefinition;
import io.orderflow.projection.Projections;
import io.orderflow.saga.EndedSagas;
import io.orderflow.saga.SagaDirectory;
import io.orderflow.saga.Sagas;
import io.orderflow.security.SecuritySettings;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Contributes the operators' console to a node with services. Its pages come from the nodes with a gateway: {@link ConsolePageRoutes}. */
public final class ConsoleModule implements Module {

  /** Types of the entities whose shards are spread over the nodes. */
  private static final List<String> SHARDED = List.of(OrderSaga.HOME, "product", "account");

  private final NodeContext node;
  private final OrderModule orders;
  private final PaymentModule payments;
  private final AccountModule accounts;
  private final boolean hasTerms;
  private final Instant startedAt;
  private final BatchService batches;
  private final Sagas<Batch.Input> carriers;
  private Projections projections;

  public ConsoleModule(NodeContext node, OrderModule orders, PaymentModule payments, AccountModule accounts) {
    this.accounts = accounts;
    this.node = node;
    this.orders = orders;
    this.payments = payments;
    this.startedAt = node.clock().instant();
    this.batches = new BatchService((actor, action, order, batch, outcome) -> Audit.acted(node.system(), actor, action.name(), order, batch, outcome),
        new BatchTable(node.database()), orders.placement(), new SagaDirectory(orders.sagas()), node.clock());
    this.carriers = Sagas.init(node.system(), BatchSaga.definition(batches), node.clock());
    this.hasTerms = node.config().getBoolean("console.search");
  }

  /** All projections of the node. Called once, before {@link #routes}. */
  public void watches(Projections all) {
    this.projections = all;
  }

  @Override
  public List<Sagas<?>> sagas() {
    return List.of(carriers);
  }

  @Override
  public List<ArchiveRule> archiveRules() {
    return EndedSagas.of(carriers.name(), EndedSagas.Unfinished.NOTHING);
  }

  @Override
  public List<ProjectionDefinition<?>> projections() {
    return hasTerms ? List.of(new OrderTermProjection(OrderSaga.HOME), new UserEmailProjection(node.personal())) : List.of();
  }

  @Override
  public List<Route> routes() {
    SecuritySettings security = SecuritySettings.of(node.system().settings().config());
    OrderSearchQueries search = new OrderSearchQueries(node.database(), node.personal(), hasTerms);
    OrderSearchRequest requests = new OrderSearchRequest(security.isOpen() ? "" : security.issuer());
    OperatorActions actions = new OperatorActions(node.database(), node.clock());
    SagaDirectory sagas = new SagaDirectory(Stream.concat(orders.sagas().stream(), accounts.sagas().stream()).toList());
    NodeReports nodes = NodeReports.start(node.system(), SHARDED, payments::breakers, startedAt);
    Overview overview = new Overview(new OverviewQueries(node.database()), payments.service()::queueStatus, projections::statuses, nodes, node.clock());
    ChangeFeed feed = new ChangeFeed(node.system(), new ChangeQueries(node.database(), node.clock()), StreamRoutes.WRITER, overview::draw);
    return List.of(
        new OverviewRoutes(overview, nodes).routes(),
        new StreamRoutes(feed).routes(),
        new OrderSearchRoutes(search, requests, hasTerms).routes(),
        new BatchRoutes(batches, carriers, search, requests, actions).routes(),
        new OrderTimelineRoutes(new OrderTimeline(node.system(), orders.placement(), payments.service(), nodes, actions)).routes(),
        new OrderActionRoutes(orders.placement(), payments.service(), sagas, actions).routes(),
        new SessionRoutes().routes());
  }
}
