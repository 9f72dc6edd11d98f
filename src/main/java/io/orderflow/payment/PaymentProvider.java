package io.orderflow.payment;

import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.settings.ClientConnectionSettings;
import akka.http.javadsl.settings.ConnectionPoolSettings;
import akka.stream.BufferOverflowException;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.orderflow.http.Json;
import io.orderflow.http.ProblemException;
import io.orderflow.kernel.Failures;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.SameThread;
import io.orderflow.kernel.Secret;
import io.orderflow.metrics.Meters;
import io.orderflow.payment.BreakerSnapshot.State;
import io.orderflow.payment.ProviderFailure.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.duration.FiniteDuration;

/**
 * The payment provider, called over HTTP and through the circuit breaker. Its decisions are results. If it does not answer, or with a
 * response that its contract does not have, the stage fails with a {@link ProviderFailure}, which says whether the call is in doubt.
 */
public final class PaymentProvider {

  /** The longest response that is read. Those of the contract have about a hundred bytes. */
  private static final int MAX_RESPONSE_BYTES = 64 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(PaymentProvider.class);

  private record ChargeBody(String orderId, String amount, String currency, String token) {}

  private record Answer(int status, JsonNode body) {

    boolean says(int expected, String text) {
      return status == expected && text.equals(body.path("status").textValue());
    }

    String text(String field) {
      return ProviderText.clean(body.path(field).asText(""));
    }
  }

  /** Reads a result from an answer. Returns null for an answer that the contract does not have. */
  private interface Reader<T> {
    T read(Answer answer);
  }

  private final ActorSystem<?> system;
  private final Http http;
  private final String url;
  private final Duration timeout;
  private final ConnectionPoolSettings pool;
  private final PaymentBreaker breaker;
  private final Secret authorization;
  private final HttpsConnectionContext context;

  /**
   * @param payment {@code orderflow.payment}
   * @param url the provider's URL, to which {@code /charges} and {@code /refunds} are added
   * @throws IllegalArgumentException if it is not an http or https URL
   */
  public PaymentProvider(ActorSystem<?> system, Config payment, String url) {
    if (!url.matches("https?://[^/?#]+(/[^?#]*)?")) {
      throw new IllegalArgumentException("the payment provider's URL must be like https://host/path, not " + url);
    }
    this.system = system;
    this.http = Http.get(system);
    this.url = url.replaceAll("/+$", "");
    this.timeout = payment.getDuration("timeout");
    this.pool = pool(system, payment, timeout);
    this.breaker = new PaymentBreaker(system, payment.getConfig("breaker"), Clock.tickMillis(ZoneOffset.UTC));
    this.authorization = ProviderAccess.authorization(payment);
    this.context = ProviderAccess.context(system, payment);
    ProviderAccess.follow(system, authorization);
    MeterRegistry meters = Meters.of(system);
    meters.gauge("orderflow.breaker.open", breaker, guarded -> guarded.snapshot().state() == BreakerSnapshot.State.CLOSED ? 0 : 1);
    meters.gauge("orderflow.breaker.failure.rate", breaker, guarded -> guarded.snapshot().failureRate());
  }

  /** Charges the amount to the card that the token stands for. A repeat under the same key has the same result and no effect. */
  public CompletionStage<ChargeResult> charge(String idempotencyKey, String orderId, Money amount, String token) {
    return charge(idempotencyKey, orderId, amount, token, false);
  }

  /** @param knownToFail as in {@link PaymentSource#charge} */
  CompletionStage<ChargeResult> charge(String idempotencyKey, String orderId, Money amount, String token, boolean knownToFail) {
    HttpRequest request = post("/charges", new ChargeBody(orderId, amount.amount(), amount.currency(), token))
        .addHeader(RawHeader.create("Idempotency-Key", idempotencyKey));
    return call(idempotencyKey, knownToFail, request, answer -> {
      if (answer.says(200, "succeeded") && !answer.text("transactionId").isBlank()) {
        return new ChargeResult.Charged(answer.text("transactionId"));
      }
      if (answer.says(402, "declined")) {
        return new ChargeResult.Declined("PAYMENT_DECLINED", answer.text("reason"));
      }
      return answer.says(409, "refunded") ? new ChargeResult.AlreadyRefunded() : null;
    });
  }

  /** Refunds the charge under the key, if any, and makes a later charge under it impossible. */
  public CompletionStage<RefundResult> refund(String idempotencyKey) {
    return refund(idempotencyKey, false);
  }

  /** @param knownToFail as in {@link PaymentSource#charge} */
  CompletionStage<RefundResult> refund(String idempotencyKey, boolean knownToFail) {
    return call(idempotencyKey, knownToFail, post("/refunds", Map.of("idempotencyKey", idempotencyKey)), answer ->
        answer.says(200, "refunded") ? RefundResult.REFUNDED
            : answer.says(200, "nothing_to_refund") ? RefundResult.NOTHING_TO_REFUND : null);
  }

  /** The state of the circuit breaker. */
  public BreakerSnapshot snapshot() {
    return breaker.snapshot();
  }

  /** Holds the circuit breaker in a state, as {@link PaymentBreaker#force} says. */
  void force(BreakerSnapshot.State state) {
    breaker.force(state);
  }

  /** Whether the circuit breaker permits a call now. */
  public boolean permitsCalls() {
    return breaker.permitsCalls();
  }

  /** Whether the last judged call did not fail. True after a transition of the breaker, until the next call is judged. */
  public boolean seemsHealthy() {
    return breaker.seemsHealthy();
  }

  /** When the provider last answered a call of this node as its contract says; null if it never has. */
  public Instant lastAnswered() {
    return breaker.lastAnswered();
  }

  /** Adds a listener of the breaker's transitions. It is called on the thread of the transition and must not block. */
  public void onTransition(Consumer<State> listener) {
    breaker.onTransition(listener);
  }

  private HttpRequest post(String path, Object body) {
    return HttpRequest.POST(url + path).withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, Json.bytes(body)));
  }

  private <T> CompletionStage<T> call(String payment, boolean knownToFail, HttpRequest request, Reader<T> reader) {
    return breaker.call(payment, knownToFail, () -> exchange(ProviderAccess.authorized(request, authorization), reader));
  }

  /** Sends the request. The time limit covers everything from the wait for a connection to the last byte of the response. */
  private <T> CompletionStage<T> exchange(HttpRequest request, Reader<T> reader) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Cancellable limit = system.scheduler().scheduleOnce(timeout, () -> result.completeExceptionally(new ProviderFailure(Kind.IN_DOUBT,
        "the payment provider did not answer within " + timeout.toMillis() + " ms")), system.executionContext());
    SameThread.answer(http.singleRequest(request, context, pool, system.classicSystem().log()))
        .whenComplete((response, failure) -> {
          if (failure != null) {
            limit.cancel();
            result.completeExceptionally(failed("the connection to the payment provider failed: ", failure));
          } else if (result.isDone()) {
            response.discardEntityBytes(system);
          } else {
            SameThread.answer(response.entity().toStrict(timeout.toMillis(), MAX_RESPONSE_BYTES, system)).whenComplete((body, broken) -> {
              limit.cancel();
              if (broken != null) {
                result.completeExceptionally(failed("the response of the payment provider can't be read: ", broken));
              } else {
                finish(result, request, response, body.getData(), reader);
              }
            });
          }
        });
    return result;
  }

  private static <T> void finish(CompletableFuture<T> result, HttpRequest request, HttpResponse response, ByteString body,
      Reader<T> reader) {
    int status = response.status().intValue();
    T read = null;
    try {
      read = reader.read(new Answer(status, Json.parse(body)));
    } catch (ProblemException noJson) {
      // An unexpected response, like any other that the reader does not know.
    } catch (RuntimeException defect) {
      // The call must end: until then its payment would make no other.
      LOG.error("a response {} of the payment provider can't be read", status, defect);
    }
    if (read != null) {
      result.complete(read);
      return;
    }
    // Only these statuses are about the one request. Others, such as a wrong API key (401) or a missing path (404), are failures of every call.
    boolean aboutRequest = status == 400 || status == 413 || status == 415 || status == 422;
    boolean rejected = status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
    result.completeExceptionally(new ProviderFailure(aboutRequest ? Kind.NOT_ACCEPTED : Kind.IN_DOUBT, rejected,
        "the payment provider answered " + request.getUri().path() + " with an unexpected " + status));
  }

  private static ProviderFailure failed(String problem, Throwable failure) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof BufferOverflowException) {
      return new ProviderFailure(Kind.NOT_CALLED, "too many calls wait for a connection to the payment provider");
    }
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("").replaceFirst("^Tcp command .* because of ", "");
    // Sanitised, because the parser quotes the response.
    return new ProviderFailure(Kind.IN_DOUBT, problem + ProviderText.clean(reason));
  }

  private static ConnectionPoolSettings pool(ActorSystem<?> system, Config payment, Duration timeout) {
    FiniteDuration limit = FiniteDuration.fromNanos(timeout.toNanos());
    ClientConnectionSettings connection = ClientConnectionSettings.create(system.classicSystem())
        .withConnectingTimeout(limit)
        // Soon after a call has timed out, its connection is closed and its place in the pool is free.
        .withIdleTimeout(limit.plus(FiniteDuration.fromNanos(timeout.toNanos() / 10)));
    return ConnectionPoolSettings.create(system.classicSystem())
        .withConnectionSettings(connection)
        .withMaxConnections(payment.getInt("connections"))
        .withMaxOpenRequests(payment.getInt("waiting"))
        .withMinConnections(0)
        .withMaxRetries(0)
        .withPipeliningLimit(1)
        // Idle connections are closed well before the provider or the time-out above could close them during a request.
        .withKeepAliveTimeout(limit.div(2))
        // The breaker alone decides when to call again: a back-off of the pool would fail calls that the breaker permits.
        .withBaseConnectionBackoff(FiniteDuration.Zero());
  }
}
