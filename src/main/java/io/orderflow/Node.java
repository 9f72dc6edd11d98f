package io.orderflow;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import akka.management.javadsl.AkkaManagement;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.account.Account;
import io.orderflow.account.AccountHistory;
import io.orderflow.account.AccountRoutes;
import io.orderflow.account.AccountService;
import io.orderflow.account.Transfer;
import io.orderflow.account.TransferRoutes;
import io.orderflow.account.TransferSaga;
import io.orderflow.account.Transfers;
import io.orderflow.cart.CartRoutes;
import io.orderflow.cart.CartService;
import io.orderflow.cart.CheckoutRecovery;
import io.orderflow.cart.ShoppingCart;
import io.orderflow.gateway.Gateway;
import io.orderflow.gateway.ServiceNodes;
import io.orderflow.history.HistoryRoutes;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Routes;
import io.orderflow.kernel.AscendingIds;
import io.orderflow.kernel.Configuration;
import io.orderflow.order.Order;
import io.orderflow.order.OrderAnswers;
import io.orderflow.order.OrderQueries;
import io.orderflow.order.OrderHistory;
import io.orderflow.order.OrderPlacement;
import io.orderflow.order.OrderRoutes;
import io.orderflow.order.OrderSaga;
import io.orderflow.order.OrderProjection;
import io.orderflow.order.OrderService;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.BreakerRoutes;
import io.orderflow.payment.Payment;
import io.orderflow.payment.PaymentBacklog;
import io.orderflow.payment.PaymentProvider;
import io.orderflow.payment.PaymentQueue;
import io.orderflow.payment.PaymentRoutes;
import io.orderflow.payment.PaymentMethodRouter;
import io.orderflow.payment.PaymentService;
import io.orderflow.product.Inventory;
import io.orderflow.product.Product;
import io.orderflow.product.ProductQueries;
import io.orderflow.product.ProductRoutes;
import io.orderflow.product.ProductService;
import io.orderflow.product.ProductProjection;
import io.orderflow.simulator.Simulator;
import io.orderflow.saga.EndedSagas;
import io.orderflow.saga.SagaRecovery;
import io.orderflow.saga.SagaRoutes;
import io.orderflow.saga.Sagas;
import io.orderflow.shipping.Shipment;
import io.orderflow.shipping.ShipmentRoutes;
import io.orderflow.shipping.ShippingService;
import io.orderflow.journal.Database;
import io.orderflow.journal.ArchiveRule;
import io.orderflow.journal.JournalArchive;
import io.orderflow.journal.JournalIndex;
import io.orderflow.projection.ProjectionRoutes;
import io.orderflow.projection.Projections;
import io.orderflow.user.UserRoutes;
import io.orderflow.user.UserService;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One node of the cluster: starts what its roles say, in the order in which one part needs another. */
public final class Node {

  private static final String SERVICES = "services";
  private static final String GATEWAY = "gateway";
  private static final String SIMULATOR = "simulator";

  private final ActorSystem<Void> system;
  private final Config config;
  private final List<String> roles;
  /** To the millisecond, as it is stored and shown: what is compared is what was shown. */
  private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);

  private Node(ActorSystem<Void> system, Config config, List<String> roles) {
    this.system = system;
    this.config = config;
    this.roles = roles;
  }

  /**
   * Starts a node; the stage completes when it serves, and fails when a part of it can't start.
   *
   * @param settings as {@link Configuration} reads them
   */
  public static CompletionStage<ActorSystem<Void>> start(Config settings) {
    List<String> roles = Configuration.list(settings.getString("orderflow.roles"));
    Config config = derived(settings, roles);
    if (roles.contains(SERVICES)) {
      Database.migrate(config);
    }
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "orderflow", config);
    return new Node(system, config, roles).start().whenComplete((started, failure) -> {
      if (failure != null) {
        system.terminate();
      }
    }).thenApply(started -> system);
  }

  private CompletionStage<Void> start() {
    // The simulator first: sagas that a crash left behind call it as soon as they are awake.
    CompletionStage<?> simulator = roles.contains(SIMULATOR)
        ? Simulator.start(system, config) : CompletableFuture.completedFuture(null);
    return simulator.thenCompose(ready -> AkkaManagement.get(system).start()).thenCompose(healthCanBeAsked -> {
      join();
      if (dependsOnOthers()) {
        Stranded.watch(system, config.getDuration("orderflow.gateway.rejoin-after"));
      }
      return startRest();
    });
  }

  /** Whether the node is a gateway that looks for the cluster of its services. */
  private boolean dependsOnOthers() {
    return !roles.contains(SERVICES) && roles.contains(GATEWAY)
        && !(config.getStringList("akka.cluster.seed-nodes").isEmpty() && config.getString("orderflow.discovery.service").isEmpty());
  }

  private void join() {
    if (!config.getStringList("akka.cluster.seed-nodes").isEmpty()) {
      return; // Akka's cluster joins them by itself
    }
    if (config.getString("orderflow.discovery.service").isEmpty()) {
      Cluster cluster = Cluster.get(system);
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    } else {
      ClusterBootstrap.get(system).start();
    }
  }

  private CompletionStage<Void> startRest() {
    List<CompletionStage<?>> parts = new ArrayList<>();
    Optional<Route> local = roles.contains(SERVICES) ? Optional.of(Standstill.guard(system, Routes.sealed(services()))) : Optional.empty();
    local.ifPresent(routes -> parts.add(HttpServer.bind(system, "services", config.getString("orderflow.bind"),
        config.getInt("orderflow.services.port"), routes).thenAccept(bound -> ServiceNodes.announce(system, bound.localAddress()))));
    if (roles.contains(GATEWAY)) {
      parts.add(Gateway.start(system, config, local));
    }
    return CompletableFuture.allOf(parts.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new))
        .thenAccept(serving -> Readiness.serves(system, local.map(routes -> Database.of(system)),
            roles.contains(GATEWAY) && local.isEmpty()));
  }

  /** The aggregates, the saga over them, and the routes to both. */
  private Route services() {
    Database database = Database.of(system);
    PaymentProvider provider = new PaymentProvider(system, config.getConfig("orderflow.payment"), providerUrl());

    AccountService accounts = new AccountService(system, clock);
    ProductService products = new ProductService(system, clock);
    UserService users = new UserService(system, clock);
    PaymentBacklog backlog = PaymentBacklog.watch(system, database);
    Payment.init(system, new PaymentMethodRouter(system, accounts, provider, backlog, clock), clock);
    PaymentService payments = new PaymentService(system, backlog);
    ShippingService shipping = new ShippingService(system, clock);
    OrderService orders = new OrderService(system, clock);
    Sagas<PlacedOrder> orderSagas =
        Sagas.init(system, OrderSaga.definition(orders, new Inventory(products), payments, shipping), clock);
    OrderPlacement placement = new OrderPlacement(orders, orderSagas, payments);
    ClientPresence clients = ClientPresence.of(system.classicSystem());
    OrderAnswers orderAnswers = new OrderAnswers(placement, clients, config.getDuration("orderflow.http.max-wait"),
        config.getInt("orderflow.http.max-waiting"));
    CartService carts = new CartService(system, products, placement, clock);
    Sagas<Transfer> transferSagas = Sagas.init(system, TransferSaga.definition(new Transfers(accounts)), clock);
    List<Sagas<?>> allSagas = List.of(orderSagas, transferSagas);
    SagaRecovery.start(system, database, allSagas, clock);
    PaymentQueue.start(system, database, provider, orderSagas::askAgain, orderId -> payments.ifRefundFailed(orderId,
        reason -> orderSagas.compensationFailed(orderId, OrderSaga.CHARGE, reason)), clock);
    CheckoutRecovery.start(system, database, carts);
    JournalIndex.start(system, database, List.of(SagaRecovery.table(), PaymentQueue.table(), CheckoutRecovery.table()), clock);
    Projections projections = Projections.start(system, database, List.of(new OrderProjection(), new ProductProjection()), clock);

    JournalArchive.start(system, database, endings(orderSagas, transferSagas),
        List.of(Product.NAME, Account.NAME, ShoppingCart.NAME), List.of(Projections::readUpTo), clock);

    AccountHistory accountHistory = new AccountHistory(system);
    AscendingIds ids = new AscendingIds(clock);

    return Directives.concat(
        new OrderRoutes(placement, orderAnswers, new OrderQueries(database), ids).routes(),
        new CartRoutes(carts, orderAnswers).routes(),
        new ProductRoutes(products, new ProductQueries(database)).routes(),
        new AccountRoutes(accounts, accountHistory, clients, ids).routes(),
        new TransferRoutes(accounts, transferSagas, ids).routes(),
        new HistoryRoutes("accounts", "accountId", accountHistory.events(), accounts::get).routes(),
        new HistoryRoutes("orders", "orderId", OrderHistory.of(system), placement::saga).routes(),
        new UserRoutes(users, ids).routes(),
        new PaymentRoutes(database, payments).routes(),
        new ShipmentRoutes(shipping).routes(),
        new BreakerRoutes(provider, clock).routes(),
        new ProjectionRoutes(projections).routes(),
        new SagaRoutes(database, allSagas).routes());
  }

  /** What ends with a saga, and may leave the journal when it is old. */
  private static List<ArchiveRule> endings(Sagas<?> orders, Sagas<?> transfers) {
    List<ArchiveRule> endings = new ArrayList<>(EndedSagas.of(orders.name(),
        List.of(Order.NAME, Payment.KEY.name(), Shipment.NAME), PaymentQueue.unfinished()));
    endings.addAll(EndedSagas.of(transfers.name(), List.of(), EndedSagas.Unfinished.NOTHING));
    return endings;
  }

  private String providerUrl() {
    String url = config.getString("orderflow.payment.url");
    if (!url.isEmpty()) {
      return url;
    }
    String bind = config.getString("orderflow.bind");
    return "http://" + (bind.equals("0.0.0.0") ? "127.0.0.1" : bind) + ":" + config.getInt("orderflow.provider.port");
  }

  private static Config derived(Config settings, List<String> roles) {
    String version = Optional.ofNullable(Node.class.getPackage().getImplementationVersion()).orElse("0.0.0");
    List<String> seeds = Configuration.list(settings.getString("orderflow.seed-nodes")).stream()
        .map(address -> "akka://orderflow@" + address).toList();
    return ConfigFactory.parseMap(Map.of("akka.cluster.roles", roles, "akka.cluster.seed-nodes", seeds,
            "akka.cluster.app-version", version))
        .withFallback(Database.settings(settings)).withFallback(settings);
  }
}
