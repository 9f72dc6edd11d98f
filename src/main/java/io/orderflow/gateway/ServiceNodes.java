package io.orderflow.gateway;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.typed.Cluster;
import io.orderflow.kernel.CborSerializable;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Discovers the cluster's service nodes. Each announces its HTTP address; a gateway without local services learns the addresses through Akka's
 * receptionist, which also drops unreachable nodes.
 */
public final class ServiceNodes {

  private static final ServiceKey<WhereAreYou> KEY = ServiceKey.create(WhereAreYou.class, "service-node");

  /** Asks a node for its HTTP address. */
  record WhereAreYou(ActorRef<IAmAt> replyTo) implements CborSerializable {}

  /** The reply to {@link WhereAreYou}. */
  record IAmAt(ActorRef<WhereAreYou> node, String host, int port) implements CborSerializable {}

  /** Timer message: ask again every node that has not replied. */
  private enum AskAgain { INSTANCE }

  /** Retry interval; the question or its reply may be lost. */
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  /** Per-node state: whether the gateway knows a service node. */
  private static final class Known implements Extension {
    private volatile boolean any;
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
    Behavior<WhereAreYou> behavior = Behaviors.setup(context -> {
      context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
      return Behaviors.receive(WhereAreYou.class)
          .onMessage(WhereAreYou.class, question -> {
            question.replyTo().tell(new IAmAt(context.getSelf(), host, address.getPort()));
            return Behaviors.same();
          })
          .build();
    });
    system.systemActorOf(behavior, "service-node", Props.empty());
  }

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

    private Watch(ActorContext<Object> context, Consumer<List<URI>> listener) {
      this.context = context;
      this.listener = listener;
      context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, context.getSelf().narrow()));
    }

    private Behavior<Object> behavior() {
      return Behaviors.receive(Object.class)
          .onMessage(Receptionist.Listing.class, this::updateNodes)
          .onMessage(IAmAt.class, this::addAddress)
          .onMessage(AskAgain.class, again -> {
            askForAddresses();
            return Behaviors.same();
          })
          .build();
    }

    private Behavior<Object> updateNodes(Receptionist.Listing listing) {
      nodes = listing.getServiceInstances(KEY);
      addresses.keySet().retainAll(nodes);
      askForAddresses();
      return report();
    }

    private void askForAddresses() {
      nodes.stream().filter(node -> !addresses.containsKey(node))
          .forEach(node -> node.tell(new WhereAreYou(context.getSelf().narrow())));
    }

    private Behavior<Object> addAddress(IAmAt answer) {
      if (nodes.contains(answer.node())) {
        addresses.put(answer.node(), URI.create("http://" + bracketed(answer.host()) + ":" + answer.port()));
      }
      return report();
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
