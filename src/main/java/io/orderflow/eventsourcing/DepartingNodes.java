package io.orderflow.eventsourcing;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.Cluster;
import java.util.Set;
import java.util.stream.Collectors;

/** The nodes that are about to leave the cluster. Each announces it through Akka's receptionist, which forgets it when it has left. */
final class DepartingNodes implements Extension {

  private static final ServiceKey<Object> KEY = ServiceKey.create(Object.class, "departing-node");

  private static final class Id extends ExtensionId<DepartingNodes> {
    private static final Id INSTANCE = new Id();

    @Override
    public DepartingNodes createExtension(ActorSystem<?> system) {
      return new DepartingNodes(system);
    }
  }

  private final ActorSystem<?> system;
  private final Address own;
  private volatile Set<Address> addresses = Set.of();

  private DepartingNodes(ActorSystem<?> system) {
    this.system = system;
    this.own = Cluster.get(system).selfAddress();
    system.systemActorOf(Behaviors.<Receptionist.Listing>setup(context -> {
      system.receptionist().tell(Receptionist.subscribe(KEY, context.getSelf()));
      return Behaviors.receiveMessage(listing -> {
        addresses = listing.getAllServiceInstances(KEY).stream().map(node -> address(node.path().address())).collect(Collectors.toUnmodifiableSet());
        return Behaviors.same();
      });
    }), "departing-nodes", Props.empty());
  }

  static DepartingNodes of(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system);
  }

  /** Tells all nodes that this one is about to leave. There is no way back. */
  void announce() {
    ActorRef<Object> departure = system.systemActorOf(Behaviors.empty(), "departure", Props.empty());
    system.receptionist().tell(Receptionist.register(KEY, departure));
  }

  /** Whether the node at this address is about to leave. An address without a host is this node's own. */
  boolean contains(Address address) {
    return addresses.contains(address(address));
  }

  private Address address(Address address) {
    return address.hasGlobalScope() ? address : own;
  }
}
