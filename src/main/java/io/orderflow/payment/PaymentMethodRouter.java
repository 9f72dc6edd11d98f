package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import io.orderflow.account.AccountService;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes the money from where the payment's method says: cards through the provider, accounts from their aggregate. */
public final class PaymentMethodRouter implements PaymentSource {

  private static final Duration ASK = Duration.ofSeconds(3);

  private final PaymentProvider provider;
  private final PaymentBacklog backlog;
  private final AccountService accounts;
  private final Clock clock;
  private final Duration clockSkew;

  public PaymentMethodRouter(ActorSystem<?> system, AccountService accounts, PaymentProvider provider, PaymentBacklog backlog, Clock clock) {
    this.provider = provider;
    this.backlog = backlog;
    this.accounts = accounts;
    this.clock = clock;
    this.clockSkew = system.settings().config().getDuration("orderflow.sagas.clock-skew");
  }

  /**
   * While payments wait for a provider that works again, a new one goes behind them. One that does not work is tried by new ones too:
   * its breaker needs to see that.
   */
  @Override
  public boolean takesCharges(PaymentMethod method) {
    return !(method instanceof PaymentMethod.Card)
        || provider.permitsCalls() && !(backlog.isOld(clock.instant()) && provider.seemsWell());
  }

  @Override
  public boolean takesRefunds(PaymentMethod method) {
    return !(method instanceof PaymentMethod.Card) || provider.permitsCalls();
  }

  @Override
  public boolean hasAnsweredSince(Instant time, PaymentMethod method) {
    Instant answered = provider.lastAnswered();
    return method instanceof PaymentMethod.Card && answered != null && answered.isAfter(time);
  }

  @Override
  public CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean suspect) {
    if (method instanceof PaymentMethod.Card card) {
      return provider.charge(key, orderId, amount, card.token(), suspect);
    }
    String accountId = ((PaymentMethod.FromAccount) method).accountId();
    return accounts.pay(accountId, amount, key, clock.instant().plus(ASK).plus(clockSkew), null)
        .<ChargeResult>thenApply(balance -> new ChargeResult.Charged("acc-" + accountId + "-" + balance.sequence()))
        .exceptionallyCompose(failure -> Rejection.in(failure).filter(refusal -> refusal.kind() != Rejection.Kind.UNAVAILABLE)
            .map(PaymentMethodRouter::refused).map(CompletableFuture::completedFuture)
            .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  @Override
  public CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean suspect) {
    if (method instanceof PaymentMethod.Card) {
      return provider.refund(key, suspect);
    }
    String accountId = ((PaymentMethod.FromAccount) method).accountId();
    return accounts.payBack(accountId, key)
        .thenApply(balance -> RefundResult.REFUNDED)
        .exceptionallyCompose(failure -> Rejection.in(failure).filter(refusal -> refusal.kind() == Rejection.Kind.NOT_FOUND)
            .map(noAccount -> CompletableFuture.completedFuture(RefundResult.NOTHING_TO_REFUND))
            .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  private static ChargeResult refused(Rejection refusal) {
    return switch (refusal.code()) {
      case "VOIDED" -> new ChargeResult.AlreadyRefunded();
      case "INSUFFICIENT_FUNDS" -> new ChargeResult.Declined(refusal.code(), refusal.detail());
      default -> new ChargeResult.Declined("PAYMENT_DECLINED", refusal.detail());
    };
  }
}
