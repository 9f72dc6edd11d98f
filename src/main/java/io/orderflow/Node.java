package io.orderflow;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.Http;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.account.AccountModule;
import io.orderflow.archive.JournalArchive;
import io.orderflow.cart.CartModule;
import io.orderflow.console.ConsoleModule;
import io.orderflow.console.ConsolePageRoutes;
import io.orderflow.eventsourcing.ShardPlacement;
import io.orderflow.gateway.Gateway;
import io.orderflow.gateway.ServiceNodes;
import io.orderflow.http.Admission;
import io.orderflow.http.Draining;
import io.orderflow.http.HttpServer;
import io.orderflow.http.Routes;
import io.orderflow.http.tls.Tls;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.journal.Database;
import io.orderflow.journal.JournalIndex;
import io.orderflow.kernel.AscendingIds;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.StartRefused;
import io.orderflow.metrics.ManagementServer;
import io.orderflow.metrics.Meters;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import io.orderflow.openapi.DocumentationRoutes;
import io.orderflow.operators.AuditRoutes;
import io.orderflow.operators.OperatorActions;
import io.orderflow.order.OrderModule;
import io.orderflow.order.OrderSaga;
import io.orderflow.payment.PaymentModule;
import io.orderflow.privacy.CardTokens;
import io.orderflow.privacy.EncryptionKeys;
import io.orderflow.privacy.PersonKeyRotation;
import io.orderflow.privacy.PersonalData;
import io.orderflow.product.ProductModule;
import io.orderflow.projection.ProjectionRoutes;
import io.orderflow.projection.Projections;
import io.orderflow.saga.SagaDefinitionRoutes;
import io.orderflow.saga.SagaDirectory;
import io.orderflow.saga.SagaRecovery;
import io.orderflow.saga.SagaRoutes;
import io.orderflow.saga.SagaStatistics;
import io.orderflow.saga.Sagas;
import io.orderflow.security.Authenticator;
import io.orderflow.security.SecuritySettings;
import io.orderflow.shipping.ShippingModule;
import io.orderflow.simulator.Simulator;
import io.orderflow.user.UserModule;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Starts one node of the cluster: the parts that its roles name, each after the parts that it depends on. */
public final class Node {

  /**
   * The first seed node forms a new cluster if no other seed node answers in this time. With a short time-out it would form a second cluster beside the
   * existing one on a busy machine.
   */
  private static final Duration FORMS_CLUSTER_AFTER = Duration.ofSeconds(15);
  /** How often the others ask for a cluster: nodes that start together then join as soon as the first has formed it. Akka has one setting for both. */
  private static final Duration ASKS_SEEDS_EVERY = Duration.ofSeconds(2);

  private final ActorSystem<Void> system;
  private final Config config;
  private final List<String> roles;
  /** Ticks in milliseconds, as timestamps are stored and shown. Otherwise a stored timestamp would differ from the one in memory. */
  private final Clock clock = Clock.tickMillis(ZoneOffset.UTC);

  private Node(ActorSystem<Void> system, Config config, List<String> roles) {
    this.system = system;
    this.config = config;
    this.roles = roles;
  }

  /**
   * Starts a node. The stage completes when all its parts are up, and fails if one of them can't start.
   *
   * @param settings as read by {@link Configuration}
   * @throws StartRefused if the node would let strangers in, pay by the simulator or store card tokens in clear, without having been told so
   */
  public static CompletionStage<ActorSystem<Void>> start(Config settings) {
    check(settings);
    List<String> roles = Roles.of(settings);
    Config config = derived(settings, roles);
    // Meanwhile the actor system is created, the ports of the simulator and of management are bound, and the cluster is joined.
    CompletableFuture<Void> migrated = roles.contains(Roles.SERVICES)
        ? CompletableFuture.runAsync(() -> Database.migrate(config)) : CompletableFuture.completedFuture(null);
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "orderflow", config);
    Authenticator.of(system.classicSystem());
    // For the management ports of other nodes, where they are looked for.
    Http.get(system).setDefaultClientHttpsContext(Tls.of(system.classicSystem()).nodeContext());
    return new Node(system, config, roles).start(migrated).whenComplete((started, failure) -> {
      if (failure != null) {
        system.terminate();
      }
    }).thenApply(started -> system);
  }

  /**
   * Checks the settings before anything is opened.
   *
   * @throws StartRefused if the node must not start with them
   */
  static void check(Config settings) {
    SecuritySettings.of(settings);
    Tls.check(settings);
    RemotingTls.settings(settings);
    if (Roles.of(settings).contains(Roles.GATEWAY)) {
      ConsolePageRoutes.check(settings);
    }
    if (Roles.of(settings).contains(Roles.SERVICES)) {
      PaymentModule.check(settings);
      EncryptionKeys.of(settings);
    }
  }

  /** @param migrated completes when the database may be used */
  private CompletionStage<Void> start(CompletionStage<Void> migrated) {
    CompletionStage<?> simulator = roles.contains(Roles.SIMULATOR)
        ? Simulator.start(system, config) : CompletableFuture.completedFuture(null);
    CompletionStage<Void> joined = ManagementServer.start(system).thenAccept(bound -> {
      join();
      if (roles.contains(Roles.SERVICES)) {
        EndedProcesses.watch(system, config.getDuration("orderflow.look-for-ended-processes"));
      }
      if (dependsOnOthers()) {
        Stranded.watch(system, config.getDuration("orderflow.gateway.rejoin-after"));
      }
    });
    // Sagas that recover after a crash call the simulator at once.
    return joined.thenCombine(migrated, (node, schema) -> schema).thenCombine(simulator, (schema, ledger) -> schema).thenCompose(opened -> startRest());
  }

  /** Whether the node is a gateway that joins a cluster of other nodes with services. */
  private boolean dependsOnOthers() {
    return !roles.contains(Roles.SERVICES) && roles.contains(Roles.GATEWAY)
        && !(config.getStringList("akka.cluster.seed-nodes").isEmpty() && config.getString("orderflow.discovery.service").isEmpty());
  }

  private void join() {
    if (!config.getStringList("akka.cluster.seed-nodes").isEmpty()) {
      return; // Akka joins the seed nodes itself.
    }
    if (config.getString("orderflow.discovery.service").isEmpty()) {
      Cluster cluster = Cluster.get(system);
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    } else {
      ClusterBootstrap.get(system).start();
    }
  }

  private CompletionStage<Void> startRest() {
    Departure.register(system, roles.contains(Roles.SERVICES), roles.contains(Roles.GATEWAY), config.getDuration("orderflow.gateway.leave-after"));
    List<CompletionStage<?>> parts = new ArrayList<>();
    Optional<Route> local = roles.contains(Roles.SERVICES) ? Optional.of(Standstill.guard(system, Routes.sealed(services()))) : Optional.empty();
    CompletionStage<Void> placed = local.isPresent() ? ShardPlacement.all(system) : CompletableFuture.completedFuture(null);
    local.ifPresent(routes -> parts.add(HttpServer.bind(system, "services", config.getString("orderflow.bind"),
        config.getInt("orderflow.services.port"), Draining.of(system).untilEnd(routes))
        .thenAccept(bound -> placed.thenRun(() -> ServiceNodes.announce(system, bound.localAddress())))));
    if (roles.contains(Roles.GATEWAY)) {
      parts.add(Gateway.start(system, config, local, Routes.sealed(
          Directives.concat(new DocumentationRoutes().routes(), new ConsolePageRoutes(config).routes()))));
    }
    return CompletableFuture.allOf(parts.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new))
        .thenAccept(serving -> placed.thenRun(() -> Readiness.serves(system, local.map(routes -> Database.of(system)),
            roles.contains(Roles.GATEWAY) && local.isEmpty())));
  }

  /** Creates the business modules and starts the engines for them. Returns the routes of all. */
  private Route services() {
    Admission admission = Admission.of(system);
    Meters.of(system).gauge("orderflow.admission.refused.share", admission, Admission::refusedShare);
    Meters.of(system).gauge("orderflow.admission.delay.seconds", admission, Admission::delaySeconds);
    Database.followPassword(system);
    Database database = Database.of(system);
    EncryptionKeys keys = EncryptionKeys.of(config);
    keys.follow(system);
    PersonKeyRotation.start(system, database, keys);
    NodeContext node = new NodeContext(system, database, clock, new AscendingIds(clock), new PersonalData(database, keys, clock), new CardTokens(keys));
    AccountModule accounts = new AccountModule(node);
    ProductModule products = new ProductModule(node);
    UserModule users = new UserModule(node);
    PaymentModule payments = new PaymentModule(node, OrderSaga.HOME, accounts.service());
    ShippingModule shipping = new ShippingModule(node, OrderSaga.HOME);
    OrderModule orders = new OrderModule(node, products.service(), payments, shipping);
    CartModule carts = new CartModule(node, products.service(), orders);
    ConsoleModule console = new ConsoleModule(node, orders, payments, accounts);
    // Routes and sagas are searched in this order. Requests about orders are the most frequent.
    return start(node, console, List.of(orders, payments, carts, products, accounts, users, shipping, console));
  }

  /** Starts the engines with the parts of all modules. Returns the routes of modules and engines. */
  private static Route start(NodeContext node, ConsoleModule console, List<Module> modules) {
    ActorSystem<?> system = node.system();
    Database database = node.database();
    List<Sagas<?>> sagas = all(modules, Module::sagas);
    SagaRecovery.start(system, database, sagas, node.clock());
    RequestKeys.start(system, database, node.clock());
    modules.forEach(Module::start);
    List<JournalIndex.Table> tables = new ArrayList<>(List.of(SagaRecovery.table()));
    tables.addAll(all(modules, Module::tables));
    JournalIndex.start(system, database, tables, node.clock());
    Projections projections = Projections.start(system, database, all(modules, Module::projections), node.clock());
    console.watches(projections);
    JournalArchive.start(system, database, all(modules, Module::archiveRules), all(modules, Module::snapshotted),
        List.of(Projections::readUpTo), node.clock());
    List<Route> routes = new ArrayList<>(all(modules, Module::routes));
    OperatorActions actions = new OperatorActions(database, node.clock());
    routes.add(new ProjectionRoutes(projections, actions).routes());
    routes.add(new SagaDefinitionRoutes(new SagaStatistics(database, sagas)).routes());
    routes.add(new SagaRoutes(database, new SagaDirectory(sagas), actions).routes());
    routes.add(new AuditRoutes(actions).routes());
    return Directives.concat(routes.get(0), routes.subList(1, routes.size()).toArray(Route[]::new));
  }

  private static <T> List<T> all(List<Module> modules, Function<Module, List<T>> parts) {
    return modules.stream().flatMap(module -> parts.apply(module).stream()).toList();
  }

  private static Config derived(Config settings, List<String> roles) {
    String version = Optional.ofNullable(Node.class.getPackage().getImplementationVersion()).orElse("0.0.0");
    List<String> seeds = Configuration.list(settings.getString("orderflow.seed-nodes")).stream().map(Node::akkaAddress).toList();
    boolean first = seeds.indexOf(akkaAddress(settings.getString("orderflow.host") + ":" + settings.getInt("orderflow.remoting.port"))) == 0;
    return ConfigFactory.parseMap(Map.of("akka.cluster.roles", roles, "akka.cluster.seed-nodes", seeds,
            "akka.cluster.app-version", version, "akka.cluster.seed-node-timeout", first ? FORMS_CLUSTER_AFTER : ASKS_SEEDS_EVERY))
        .withFallback(RemotingTls.settings(settings)).withFallback(Database.settings(settings)).withFallback(settings);
  }

  private static String akkaAddress(String hostAndPort) {
    return "akka://orderflow@" + hostAndPort;
  }
}
