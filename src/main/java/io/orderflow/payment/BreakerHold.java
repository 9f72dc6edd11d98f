package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ddata.Key;
import akka.cluster.ddata.LWWRegister;
import akka.cluster.ddata.LWWRegisterKey;
import akka.cluster.ddata.SelfUniqueAddress;
import akka.cluster.ddata.typed.javadsl.DistributedData;
import akka.cluster.ddata.typed.javadsl.Replicator;
import akka.cluster.ddata.typed.javadsl.ReplicatorMessageAdapter;
import io.orderflow.payment.BreakerSnapshot.State;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Holds the circuit breakers of all nodes in one state, as an operator says. The state spreads among the nodes in memory: a node that joins later
 * learns of it, and it ends when all nodes have stopped.
 */
final class BreakerHold {

  private interface Message {}

  /** @param reached whether every node that can be reached has it */
  record Held(boolean reached) {}

  private record Hold(String state, ActorRef<Held> replyTo) implements Message {}

  private record Ended(Replicator.UpdateResponse<LWWRegister<String>> response, ActorRef<Held> replyTo) implements Message {}

  private record Heard(Replicator.SubscribeResponse<LWWRegister<String>> response) implements Message {}

  private static final String FREE = "";
  private static final Duration SPREAD = Duration.ofSeconds(3);
  private static final Key<LWWRegister<String>> KEY = LWWRegisterKey.create("payment-breaker-hold");

  private final ActorSystem<?> system;
  private final ActorRef<Message> holder;

  private BreakerHold(ActorSystem<?> system, ActorRef<Message> holder) {
    this.system = system;
    this.holder = holder;
  }

  /** @param force is told the state in which this node's breaker is held; null for none */
  static BreakerHold start(ActorSystem<?> system, Consumer<State> force) {
    SelfUniqueAddress self = DistributedData.get(system).selfUniqueAddress();
    Behavior<Message> behavior = DistributedData.withReplicatorMessageAdapter((ReplicatorMessageAdapter<Message, LWWRegister<String>> replicator) -> {
      replicator.subscribe(KEY, Heard::new);
      return Behaviors.receive(Message.class)
          .onMessage(Hold.class, hold -> {
            // Here at once, whatever becomes of the others.
            force.accept(state(hold.state()));
            replicator.askUpdate(replyTo -> new Replicator.Update<>(KEY, LWWRegister.create(self, FREE), new Replicator.WriteAll(SPREAD), replyTo,
                register -> register.withValue(self, hold.state())), response -> new Ended(response, hold.replyTo()));
            return Behaviors.same();
          })
          .onMessage(Ended.class, ended -> {
            ended.replyTo().tell(new Held(ended.response() instanceof Replicator.UpdateSuccess));
            return Behaviors.same();
          })
          .onMessage(Heard.class, heard -> {
            if (heard.response() instanceof Replicator.Changed<LWWRegister<String>> changed) {
              force.accept(state(changed.get(KEY).value()));
            }
            return Behaviors.same();
          })
          .build();
    });
    return new BreakerHold(system, system.systemActorOf(behavior, "payment-breaker-hold", Props.empty()));
  }

  /** Holds the breakers of all nodes in that state; empty lets their calls decide again. */
  CompletionStage<Held> hold(Optional<State> state) {
    return AskPattern.<Message, Held>ask(holder, replyTo -> new Hold(state.map(Enum::name).orElse(FREE), replyTo), SPREAD.multipliedBy(2), system.scheduler());
  }

  private static State state(String name) {
    return name.equals(FREE) ? null : State.valueOf(name);
  }
}
