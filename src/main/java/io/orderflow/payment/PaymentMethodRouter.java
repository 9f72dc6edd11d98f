package io.orderflow.payment;

import akka.actor.typed.ActorSystem;
import io.orderflow.account.AccountService;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.privacy.CardTokens;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Routes calls by payment method: cards to the provider, accounts to their aggregates. */
public final class PaymentMethodRouter implements PaymentSource {

  /** How long the account may take to begin the withdrawal; later it rejects it. */
  private static final Duration VALID_FOR = Duration.ofSeconds(3);

  private final PaymentProvider provider;
  private final PaymentBacklog backlog;
  private final AccountService accounts;
  private final CardTokens cards;
  private final Clock clock;
  private final Duration clockSkew;

  public PaymentMethodRouter(ActorSystem<?> system, AccountService accounts, PaymentProvider provider, PaymentBacklog backlog,
      CardTokens cards, Clock clock) {
    this.provider = provider;
    this.cards = cards;
    this.backlog = backlog;
    this.accounts = accounts;
    this.clock = clock;
    this.clockSkew = system.settings().config().getDuration("orderflow.sagas.clock-skew");
  }

  /**
   * While older payments are queued and the provider works, a new charge queues behind them. If the provider's last call failed, new
   * charges are attempted: the breaker needs calls to judge.
   */
  @Override
  public boolean acceptsCharges(PaymentMethod method) {
    return !(method instanceof PaymentMethod.Card)
        || provider.permitsCalls() && !(backlog.isBehind(clock.instant()) && provider.seemsHealthy());
  }

  @Override
  public boolean acceptsRefunds(PaymentMethod method) {
    return !(method instanceof PaymentMethod.Card) || provider.permitsCalls();
  }

  @Override
  public boolean hasAnsweredSince(Instant time, PaymentMethod method) {
    Instant answered = provider.lastAnswered();
    return method instanceof PaymentMethod.Card && answered != null && answered.isAfter(time);
  }

  @Override
  public CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod method, boolean knownToFail) {
    if (method instanceof PaymentMethod.Card card) {
      return charge(key, orderId, amount, card, knownToFail);
    }
    PaymentMethod.FromAccount from = (PaymentMethod.FromAccount) method;
    String accountId = from.accountId();
    return accounts.pay(accountId, amount, key, clock.instant().plus(VALID_FOR).plus(clockSkew), null, from.payer())
        .<ChargeResult>thenApply(balance -> new ChargeResult.Charged("acc-" + accountId + "-" + balance.sequence()))
        .exceptionallyCompose(failure -> Rejection.in(failure).filter(rejection -> rejection.kind() != Rejection.Kind.UNAVAILABLE)
            .map(PaymentMethodRouter::rejected).map(CompletableFuture::completedFuture)
            .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  private CompletionStage<ChargeResult> charge(String key, String orderId, Money amount, PaymentMethod.Card card, boolean knownToFail) {
    String token;
    try {
      token = cards.open(card.token());
    } catch (IllegalStateException unreadable) {
      return CompletableFuture.failedFuture(new ProviderFailure(ProviderFailure.Kind.NOT_CALLED, unreadable.getMessage()));
    }
    return provider.charge(key, orderId, amount, token, knownToFail);
  }

  @Override
  public CompletionStage<RefundResult> refund(String key, PaymentMethod method, boolean knownToFail) {
    if (method instanceof PaymentMethod.Card) {
      return provider.refund(key, knownToFail);
    }
    String accountId = ((PaymentMethod.FromAccount) method).accountId();
    return accounts.payBack(accountId, key)
        .thenApply(balance -> RefundResult.REFUNDED)
        .exceptionallyCompose(failure -> Rejection.in(failure).filter(rejection -> rejection.kind() == Rejection.Kind.NOT_FOUND)
            .map(noAccount -> CompletableFuture.completedFuture(RefundResult.NOTHING_TO_REFUND))
            .orElseGet(() -> CompletableFuture.failedFuture(failure)));
  }

  private static ChargeResult rejected(Rejection rejection) {
    return switch (rejection.code()) {
      case "VOIDED" -> new ChargeResult.AlreadyRefunded();
      case "INSUFFICIENT_FUNDS" -> new ChargeResult.Declined(rejection.code(), rejection.detail());
      default -> new ChargeResult.Declined("PAYMENT_DECLINED", rejection.detail());
    };
  }
}
