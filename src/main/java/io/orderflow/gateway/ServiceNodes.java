package io.orderflow.gateway;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.typed.Cluster;
import io.orderflow.http.tls.Tls;
import io.orderflow.kernel.CborSerializable;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Discovers the cluster's service nodes. Each announces its HTTP address; a gateway without local services learns the addresses through Akka's
 * receptionist, which also drops unreachable nodes.
 */
public final class ServiceNodes {

  private static final ServiceKey<WhereAreYou> KEY = ServiceKey.create(WhereAreYou.class, "service-node");

  /** Asks a node for its HTTP address. */
  record WhereAreYou(ActorRef<IAmAt> replyTo) implements CborSerializable {}

  /**
   * The reply to {@link WhereAreYou}.
   *
   * @param encrypted whether it speaks HTTPS
   */
  record IAmAt(ActorRef<WhereAreYou> node, String host, int port, boolean encrypted) implements CborSerializable {}

  /** Tells a gateway that the node takes no further requests. */
  record Leaving(ActorRef<WhereAreYou> node, ActorRef<Left> replyTo) implements CborSerializable {}

  /** The reply to {@link Leaving}: the gateway sends the node nothing more. */
  record Left(ActorRef<IAmAt> gateway) implements CborSerializable {}

  /** To the node's own actor: tell all gateways. */
  private record Leave(ActorRef<Done> replyTo) {}

  /** Timer message: ask again every node that has not replied. */
  private enum AskAgain { INSTANCE }

  /** Retry interval; the question or its reply may be lost. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
  /** How long a node that leaves waits for the replies of gateways. */
  private static final Duration LEAVE = Duration.ofSeconds(2);

  /** Per-node state: whether the gateway knows a service node. */
  private static final class Known implements Extension {
    private volatile boolean any;
    /** Null on a node that has announced nothing. */
    private volatile ActorRef<Object> announcer;
  }

  private static final class Id extends ExtensionId<Known> {
    private static final Id INSTANCE = new Id();

    @Override
    public Known createExtension(ActorSystem<?> system) {
      return new Known();
    }
  }

  private ServiceNodes() {}

  /** Whether this node, a gateway without local services, knows a service node. */
  public static boolean knowsAny(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system).any;
  }

  /** Called when the operator has configured the addresses. */
  static void areKnown(ActorSystem<?> system) {
    Id.INSTANCE.apply(system).any = true;
  }

  /**
   * Announces this node to the cluster's gateways.
   *
   * @param address the bound address; for a wildcard address, the node's cluster host is announced
   */
  public static void announce(ActorSystem<?> system, InetSocketAddress address) {
    String host = address.getAddress().isAnyLocalAddress()
        ? Cluster.get(system).selfMember().address().getHost().get() : address.getAddress().getHostAddress();
    ActorRef<Object> announcer = system.systemActorOf(Behaviors.setup(context -> new Announcer(context, host, address.getPort())), "service-node",
        Props.empty());
    Id.INSTANCE.apply(system).announcer = announcer;
  }

  /**
   * Has all gateways send this node nothing more. The stage completes once they have confirmed it, or after {@link #LEAVE}: a gateway that does not
   * reply is gone, or learns it from the receptionist.
   */
  public static CompletionStage<Done> leave(ActorSystem<?> system) {
    ActorRef<Object> announcer = Id.INSTANCE.apply(system).announcer;
    if (announcer == null) {
      return CompletableFuture.completedStage(Done.getInstance());
    }
    return AskPattern.<Object, Done>ask(announcer, Leave::new, LEAVE, system.scheduler()).exceptionally(silence -> Done.getInstance());
  }

  /** Announces a node and tells gateways its address. */
  private static final class Announcer extends AbstractBehavior<Object> {

    private final String host;
    private final int port;
    /** Those that know the address. Few, and forgotten when they end. */
    private final Set<ActorRef<IAmAt>> gateways = new HashSet<>();
    private final Set<ActorRef<IAmAt>> unconfirmed = new HashSet<>();
    private ActorRef<Done> leaving;

    private Announcer(ActorContext<Object> context, String host, int port) {
      super(context);
      this.host = host;
      this.port = port;
      context.getSystem().receptionist().tell(Receptionist.register(KEY, self()));
    }

    private ActorRef<WhereAreYou> self() {
      return getContext().getSelf().narrow();
    }

    @Override
    public Receive<Object> createReceive() {
      return newReceiveBuilder()
          .onMessage(WhereAreYou.class, this::reply)
          .onMessage(Leave.class, this::leave)
          .onMessage(Left.class, left -> confirmed(left.gateway()))
          .onMessage(GatewayEnded.class, ended -> {
            gateways.remove(ended.gateway());
            return confirmed(ended.gateway());
          })
          .build();
    }

    private Behavior<Object> reply(WhereAreYou question) {
      if (leaving == null) {
        if (gateways.add(question.replyTo())) {
          getContext().watchWith(question.replyTo(), new GatewayEnded(question.replyTo()));
        }
        question.replyTo().tell(new IAmAt(self(), host, port, Tls.of(getContext().getSystem().classicSystem()).isOn()));
      }
      return this;
    }

    private Behavior<Object> leave(Leave leave) {
      leaving = leave.replyTo();
      getContext().getSystem().receptionist().tell(Receptionist.deregister(KEY, self()));
      unconfirmed.addAll(gateways);
      // A gateway takes both of these messages, whatever the reference says.
      gateways.forEach(gateway -> gateway.<Object>unsafeUpcast().tell(new Leaving(self(), getContext().getSelf().narrow())));
      return confirmed(null);
    }

    private Behavior<Object> confirmed(ActorRef<IAmAt> gateway) {
      unconfirmed.remove(gateway);
      if (leaving != null && unconfirmed.isEmpty()) {
        leaving.tell(Done.getInstance());
      }
      return this;
    }
  }

  /** To an announcer: a gateway that knew its address has ended. */
  private record GatewayEnded(ActorRef<IAmAt> gateway) {}

  /** Calls the listener with the addresses each time they change. */
  static void watch(ActorSystem<?> system, Consumer<List<URI>> listener) {
    Known known = Id.INSTANCE.apply(system);
    Consumer<List<URI>> remembering = addresses -> {
      listener.accept(addresses);
      known.any = !addresses.isEmpty();
    };
    system.systemActorOf(Behaviors.<Object>setup(context -> Behaviors.withTimers(timers -> {
      timers.startTimerWithFixedDelay(AskAgain.INSTANCE, ASK_AGAIN);
      return new Watch(context, remembering).behavior();
    })), "service-nodes", Props.empty());
  }

  private static final class Watch {

    private final ActorContext<Object> context;
    private final Consumer<List<URI>> listener;
    private final Map<ActorRef<WhereAreYou>, URI> addresses = new HashMap<>();
    private Set<ActorRef<WhereAreYou>> nodes = Set.of();
    /** Nodes that leave, while the receptionist still lists them. */
    private final Set<ActorRef<WhereAreYou>> left = new HashSet<>();

    private Watch(ActorContext<Object> context, Consumer<List<URI>> listener) {
      this.context = context;
      this.listener = listener;
      context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, context.getSelf().narrow()));
    }

    private Behavior<Object> behavior() {
      return Behaviors.receive(Object.class)
          .onMessage(Receptionist.Listing.class, this::updateNodes)
          .onMessage(IAmAt.class, this::addAddress)
          .onMessage(Leaving.class, this::removeAddress)
          .onMessage(AskAgain.class, again -> {
            askForAddresses();
            return Behaviors.same();
          })
          .build();
    }

    private Behavior<Object> updateNodes(Receptionist.Listing listing) {
      Set<ActorRef<WhereAreYou>> listed = listing.getServiceInstances(KEY);
      left.retainAll(listed);
      nodes = listed.stream().filter(node -> !left.contains(node)).collect(Collectors.toSet());
      addresses.keySet().retainAll(nodes);
      askForAddresses();
      return report();
    }

    private void askForAddresses() {
      nodes.stream().filter(node -> !addresses.containsKey(node))
          .forEach(node -> node.tell(new WhereAreYou(context.getSelf().narrow())));
    }

    private Behavior<Object> addAddress(IAmAt answer) {
      if (nodes.contains(answer.node()) && !left.contains(answer.node())) {
        addresses.put(answer.node(), URI.create((answer.encrypted() ? "https://" : "http://") + bracketed(answer.host()) + ":" + answer.port()));
      }
      return report();
    }

    private Behavior<Object> removeAddress(Leaving node) {
      left.add(node.node());
      addresses.remove(node.node());
      report();
      node.replyTo().tell(new Left(context.getSelf().narrow()));
      return Behaviors.same();
    }

    private Behavior<Object> report() {
      listener.accept(addresses.values().stream().sorted().toList());
      return Behaviors.same();
    }

    private static String bracketed(String host) {
      return host.contains(":") ? "[" + host + "]" : host;
    }
  }
}
