package io.orderflow.payment;

import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
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
 * The payment provider, over HTTP and behind the circuit breaker. What it decides is a result; that it did not answer, or nothing to
 * go by, fails the stage with a {@link ProviderFailure}, which says whether the payment is in doubt.
 */
public final class PaymentProvider {

  /** The longest answer that is read; the contract's have some hundred bytes. */
  private static final int MAX_ANSWER_BYTES = 64 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(PaymentProvider.class);

  private record ChargeBody(String orderId, String amount, String currency, String token) {}

  /** An answer as far as its meaning is known. */
  private record Answer(int status, JsonNode body) {

    boolean says(int expected, String text) {
      return status == expected && text.equals(body.path("status").textValue());
    }

    String text(String field) {
      return ProviderText.clean(body.path(field).asText(""));
    }
  }

  /** What to make of an answer; null when it means nothing that was promised. */
  private interface Reading<T> {
    T of(Answer answer);
  }

  private final ActorSystem<?> system;
  private final Http http;
  private final String url;
  private final Duration timeout;
  private final ConnectionPoolSettings pool;
  private final PaymentBreaker breaker;

  /**
   * @param payment {@code orderflow.payment}
   * @param url where the provider's {@code /charges} and {@code /refunds} are
   * @throws IllegalArgumentException when that is no http or https URL
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
    MeterRegistry meters = Meters.of(system);
    meters.gauge("orderflow.breaker.open", breaker, judged -> judged.snapshot().state() == BreakerSnapshot.State.CLOSED ? 0 : 1);
    meters.gauge("orderflow.breaker.failure.rate", breaker, judged -> judged.snapshot().failureRate());
  }

  /** Charges the amount to what the token stands for; a repeat under the same key answers the same and charges nothing. */
  public CompletionStage<ChargeResult> charge(String idempotencyKey, String orderId, Money amount, String token) {
    return charge(idempotencyKey, orderId, amount, token, false);
  }

  /** @param suspect whether this payment is known to fail while others succeed: its failure is not held against the provider */
  CompletionStage<ChargeResult> charge(String idempotencyKey, String orderId, Money amount, String token, boolean suspect) {
    HttpRequest request = post("/charges", new ChargeBody(orderId, amount.amount(), amount.currency(), token))
        .addHeader(RawHeader.create("Idempotency-Key", idempotencyKey));
    return call(idempotencyKey, suspect, request, answer -> {
      if (answer.says(200, "succeeded") && !answer.text("transactionId").isBlank()) {
        return new ChargeResult.Charged(answer.text("transactionId"));
      }
      if (answer.says(402, "declined")) {
        return new ChargeResult.Declined("PAYMENT_DECLINED", answer.text("reason"));
      }
      return answer.says(409, "refunded") ? new ChargeResult.AlreadyRefunded() : null;
    });
  }

  /** Gives back what was charged under the key, if anything was, and keeps it from being charged later. */
  public CompletionStage<RefundResult> refund(String idempotencyKey) {
    return refund(idempotencyKey, false);
  }

  /** @param suspect as in {@link #charge} */
  CompletionStage<RefundResult> refund(String idempotencyKey, boolean suspect) {
    return call(idempotencyKey, suspect, post("/refunds", Map.of("idempotencyKey", idempotencyKey)), answer ->
        answer.says(200, "refunded") ? RefundResult.REFUNDED
            : answer.says(200, "nothing_to_refund") ? RefundResult.NOTHING_TO_REFUND : null);
  }

  /** What the breaker shows of itself. */
  public BreakerSnapshot snapshot() {
    return breaker.snapshot();
  }

  /** Whether a call made now would be sent. */
  public boolean permitsCalls() {
    return breaker.permitsCalls();
  }

  /** Whether the last call that was judged went well, or the next ones are to find out. */
  public boolean seemsWell() {
    return breaker.seemsWell();
  }

  /** When the provider last answered a call of this node with something to go by; null before it has. */
  public Instant lastAnswered() {
    return breaker.lastAnswered();
  }

  /** Has the listener told of each of the breaker's transitions, on the thread on which it happens: it must be quick. */
  public void onTransition(Consumer<State> listener) {
    breaker.onTransition(listener);
  }

  private HttpRequest post(String path, Object body) {
    return HttpRequest.POST(url + path).withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, Json.bytes(body)));
  }

  private <T> CompletionStage<T> call(String payment, boolean suspect, HttpRequest request, Reading<T> reading) {
    return breaker.call(payment, suspect, () -> exchange(request, reading));
  }

  /** Sends it; the limit covers everything from the wait for a connection to the answer's last byte. */
  private <T> CompletionStage<T> exchange(HttpRequest request, Reading<T> reading) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Cancellable limit = system.scheduler().scheduleOnce(timeout, () -> result.completeExceptionally(new ProviderFailure(Kind.IN_DOUBT,
        "the payment provider did not answer within " + timeout.toMillis() + " ms")), system.executionContext());
    SameThread.answer(http.singleRequest(request, http.defaultClientHttpsContext(), pool, system.classicSystem().log()))
        .whenComplete((response, failure) -> {
          if (failure != null) {
            limit.cancel();
            result.completeExceptionally(unanswered("the connection to the payment provider failed: ", failure));
          } else if (result.isDone()) {
            response.discardEntityBytes(system);
          } else {
            SameThread.answer(response.entity().toStrict(timeout.toMillis(), MAX_ANSWER_BYTES, system)).whenComplete((body, broken) -> {
              limit.cancel();
              if (broken != null) {
                result.completeExceptionally(unanswered("the payment provider's answer could not be read: ", broken));
              } else {
                finish(result, request, response, body.getData(), reading);
              }
            });
          }
        });
    return result;
  }

  private static <T> void finish(CompletableFuture<T> result, HttpRequest request, HttpResponse response, ByteString body,
      Reading<T> reading) {
    int status = response.status().intValue();
    T meaning = null;
    try {
      meaning = reading.of(new Answer(status, Json.parse(body)));
    } catch (ProblemException noJson) {
      // Said below, with the status, as of any other answer that means nothing.
    } catch (RuntimeException defect) {
      // Without an end of the call its payment would wait for it as long as it stays in memory.
      LOG.error("An answer {} of the payment provider could not be read", status, defect);
    }
    if (meaning != null) {
      result.complete(meaning);
      return;
    }
    // Only what is said of this one request is no failure: a key that is wrong, a path that is missing, less than a server can do.
    boolean ofTheRequest = status == 400 || status == 413 || status == 415 || status == 422;
    boolean refused = status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
    result.completeExceptionally(new ProviderFailure(ofTheRequest ? Kind.NOT_ACCEPTED : Kind.IN_DOUBT, refused,
        "the payment provider's answer " + status + " to " + request.getUri().path() + " is none that was agreed on"));
  }

  private static ProviderFailure unanswered(String what, Throwable failure) {
    Throwable cause = Failures.cause(failure);
    if (cause instanceof BufferOverflowException) {
      return new ProviderFailure(Kind.NOT_CALLED, "too many calls are waiting for the payment provider");
    }
    String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("").replaceFirst("^Tcp command .* because of ", "");
    // The parser quotes what the provider sent.
    return new ProviderFailure(Kind.IN_DOUBT, what + ProviderText.clean(reason));
  }

  private static ConnectionPoolSettings pool(ActorSystem<?> system, Config payment, Duration timeout) {
    FiniteDuration limit = FiniteDuration.fromNanos(timeout.toNanos());
    ClientConnectionSettings connection = ClientConnectionSettings.create(system.classicSystem())
        .withConnectingTimeout(limit)
        // A connection on which no answer comes is given up, and with it its place in the pool, soon after the call was.
        .withIdleTimeout(limit.plus(FiniteDuration.fromNanos(timeout.toNanos() / 10)));
    return ConnectionPoolSettings.create(system.classicSystem())
        .withConnectionSettings(connection)
        .withMaxConnections(payment.getInt("connections"))
        .withMaxOpenRequests(payment.getInt("waiting"))
        .withMinConnections(0)
        .withMaxRetries(0)
        .withPipeliningLimit(1)
        // Idle ones are closed well before the provider or the limit above would do it under a request.
        .withKeepAliveTimeout(limit.div(2))
        // When to call again is the breaker's to say; a pool that waits by itself would fail the calls that it lets through.
        .withBaseConnectionBackoff(FiniteDuration.Zero());
  }
}
