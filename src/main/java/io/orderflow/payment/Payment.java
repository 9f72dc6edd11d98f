package io.orderflow.payment;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Refusal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The payment of one order, under the order's id. It asks where the money is, and records what the answer was.
 *
 * <p>A call whose answer is lost leaves no event: the next attempt makes it again under the same key, which charges no one twice. A
 * refund is final, also when it comes before the charge or while one is under way: the source of the money refuses the charge then.
 */
public final class Payment extends EventSourcedBehavior<Payment.Command, Payment.Event, Payment.State> {

  public static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "payment");

  /** How far the payment has come. */
  public enum Status { CHARGED, DECLINED, REFUNDED }

  /**
   * @param status null while nothing is known
   * @param code why it was declined, for programs
   * @param reason why it was declined, for people
   * @param attempts the calls it took to charge
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record State(Status status, PaymentMethod method, Money amount, String transactionId, String code, String reason,
      int attempts, Instant chargedAt, Instant refundedAt) implements CborSerializable {
    static final State NONE = new State(null, null, null, null, null, null, 0, null, null);
  }

  /** What is to be paid, and the key under which the source of the money knows it. */
  public record Due(String key, Money amount, PaymentMethod method) {}

  public sealed interface Command extends CborSerializable {}

  /** Takes the money once. Answers when it is taken or declined; fails when that can't be known. */
  public record Charge(Due due, ActorRef<StatusReply<State>> replyTo) implements Command {}

  /** Gives the money back, and makes sure that none is taken later. */
  public record Refund(Due due, ActorRef<StatusReply<State>> replyTo) implements Command {}

  public record Get(ActorRef<StatusReply<State>> replyTo) implements Command {}

  private record ChargeAnswered(Due due, ChargeResult result, String failure) implements Command {}

  private record RefundAnswered(Due due, RefundResult result, String failure) implements Command {}

  public sealed interface Event extends CborSerializable {}

  public record Charged(PaymentMethod method, Money amount, String transactionId, int attempts, Instant at) implements Event {}

  public record Declined(PaymentMethod method, Money amount, String code, String reason, int attempts, Instant at)
      implements Event {}

  public record Refunded(PaymentMethod method, Money amount, Instant at) implements Event {}

  private final String orderId;
  private final PaymentSource source;
  private final Clock clock;
  private final ActorContext<Command> context;

  private final List<ActorRef<StatusReply<State>>> awaitingCharge = new ArrayList<>();
  private final List<ActorRef<StatusReply<State>>> awaitingRefund = new ArrayList<>();
  private int attempts;

  /** Makes the node carry payments, taken from that source. */
  public static void init(ActorSystem<?> system, PaymentSource source, Clock clock) {
    ClusterSharding.get(system).init(Entity.of(KEY, entity -> create(entity.getEntityId(), source, clock)).withRole("services"));
  }

  static Behavior<Command> create(String orderId, PaymentSource source, Clock clock) {
    return Behaviors.setup(context -> new Payment(orderId, source, clock, context));
  }

  private Payment(String orderId, PaymentSource source, Clock clock, ActorContext<Command> context) {
    super(PersistenceId.of(KEY.name(), orderId),
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.orderId = orderId;
    this.source = source;
    this.clock = clock;
    this.context = context;
  }

  @Override
  public State emptyState() {
    return State.NONE;
  }

  @Override
  public CommandHandler<Command, Event, State> commandHandler() {
    return newCommandHandlerBuilder().forAnyState()
        .onCommand(Charge.class, this::charge)
        .onCommand(ChargeAnswered.class, this::chargeAnswered)
        .onCommand(Refund.class, this::refund)
        .onCommand(RefundAnswered.class, this::refundAnswered)
        .onCommand(Get.class, (payment, get) -> Effect().none().thenReply(get.replyTo(), same -> same.status() == null
            ? Refusal.notFound("PAYMENT_NOT_FOUND", "there is no payment for this order").reply() : StatusReply.success(same)))
        .build();
  }

  private Effect<Event, State> charge(State payment, Charge charge) {
    if (payment.status() != null) {
      return Effect().none().thenReply(charge.replyTo(), Payment::afterCharge);
    }
    awaitingCharge.add(charge.replyTo());
    if (awaitingCharge.size() == 1) {
      attempts++;
      Due due = charge.due();
      context.pipeToSelf(source.charge(due.key(), orderId, due.amount(), due.method()),
          (result, failure) -> new ChargeAnswered(due, result, failure == null ? null : failure.getMessage()));
    }
    return Effect().none();
  }

  private Effect<Event, State> chargeAnswered(State payment, ChargeAnswered answer) {
    Due due = answer.due();
    if (payment.status() != null) {
      return Effect().none().thenRun(same -> tell(awaitingCharge, afterCharge(same)));
    }
    if (answer.result() instanceof ChargeResult.Charged charged) {
      return Effect().persist(new Charged(due.method(), due.amount(), charged.transactionId(), attempts, clock.instant()))
          .thenRun(after -> tell(awaitingCharge, afterCharge(after)));
    }
    if (answer.result() instanceof ChargeResult.Declined declined) {
      return Effect().persist(new Declined(due.method(), due.amount(), declined.code(), declined.reason(), attempts, clock.instant()))
          .thenRun(after -> tell(awaitingCharge, afterCharge(after)));
    }
    StatusReply<State> failure = answer.result() instanceof ChargeResult.AlreadyRefunded
        ? refunded() : StatusReply.error(answer.failure());
    return Effect().none().thenRun(same -> tell(awaitingCharge, failure));
  }

  private Effect<Event, State> refund(State payment, Refund refund) {
    // A declined payment is asked for too: an earlier attempt of it may still be on its way.
    if (payment.status() == Status.REFUNDED) {
      return Effect().none().thenReply(refund.replyTo(), StatusReply::success);
    }
    awaitingRefund.add(refund.replyTo());
    if (awaitingRefund.size() == 1) {
      Due due = refund.due();
      context.pipeToSelf(source.refund(due.key(), due.method()),
          (result, failure) -> new RefundAnswered(due, result, failure == null ? null : failure.getMessage()));
    }
    return Effect().none();
  }

  private Effect<Event, State> refundAnswered(State payment, RefundAnswered answer) {
    if (answer.result() == null) {
      return Effect().none().thenRun(same -> tell(awaitingRefund, StatusReply.error(answer.failure())));
    }
    return Effect().persist(new Refunded(answer.due().method(), answer.due().amount(), clock.instant()))
        .thenRun(after -> tell(awaitingRefund, StatusReply.success(after)));
  }

  private static StatusReply<State> afterCharge(State payment) {
    return payment.status() == Status.REFUNDED ? refunded() : StatusReply.success(payment);
  }

  private static StatusReply<State> refunded() {
    return Refusal.conflict("PAYMENT_REFUNDED", "the payment was given back already").reply();
  }

  private static void tell(List<ActorRef<StatusReply<State>>> waiting, StatusReply<State> reply) {
    waiting.forEach(client -> client.tell(reply));
    waiting.clear();
  }

  @Override
  public EventHandler<State, Event> eventHandler() {
    return newEventHandlerBuilder().forAnyState()
        .onEvent(Charged.class, (none, charged) -> new State(Status.CHARGED, charged.method(), charged.amount(),
            charged.transactionId(), null, null, charged.attempts(), charged.at(), null))
        .onEvent(Declined.class, (none, declined) -> new State(Status.DECLINED, declined.method(), declined.amount(),
            null, declined.code(), declined.reason(), declined.attempts(), null, null))
        .onEvent(Refunded.class, (payment, refunded) -> new State(Status.REFUNDED, refunded.method(), refunded.amount(),
            payment.transactionId(), null, null, payment.attempts(), payment.chargedAt(), refunded.at()))
        .build();
  }
}
