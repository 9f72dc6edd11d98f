package io.orderflow.simulator;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import akka.japi.Pair;
import akka.pattern.Patterns;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Ids;
import io.orderflow.security.Scopes;
import io.orderflow.simulator.Ledger.ChargeOutcome;
import io.orderflow.simulator.Ledger.RefundOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Serves the provider's HTTP API: {@code /charges} and {@code /refunds} as in its contract, and {@code /faults}, {@code /ledger} and
 * {@code /calls} for experiments. Faults affect only well-formed charges and refunds.
 */
final class SimulatorRoutes extends Routes {

  private static final int MAX_PAGE = 1000;
  private static final int STREAMED_PAGE = 500;
  private static final int MAX_TEXT = 255;
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

  /** A client's refund request: exactly one of the two is present. */
  private record Refund(Optional<String> idempotencyKey, Optional<String> transactionId) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(String transactionId, String status, String reason) {

    static HttpResponse response(int httpStatus, String status) {
      return Json.response(httpStatus, new Result(null, status, null));
    }
  }

  /** The number of charge and refund calls so far, and of requests kept unanswered now. */
  private record Calls(long charges, long refunds, int unanswered) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Page(List<LedgerEntry> charges, Long next) {}

  private final ActorSystem<?> system;
  private final Ledger ledger;
  private final Executor blocking;
  private final LostAnswers lost;
  private final RandomGenerator random;
  private final AtomicLong charges = new AtomicLong();
  private final AtomicLong refunds = new AtomicLong();
  private final Access operators;
  private final Access readers;
  private volatile Faults faults = Faults.NONE;

  /** @param loopback whether nothing but this machine reaches the routes; then faults and ledger are open to everybody on it */
  SimulatorRoutes(ActorSystem<?> system, Ledger ledger, Executor blocking, LostAnswers lost, RandomGenerator random, boolean loopback) {
    this.operators = loopback ? Access.ANYBODY : Access.scope(Scopes.OPS_WRITE);
    this.readers = loopback ? Access.ANYBODY : Access.scope(Scopes.OPS_READ);
    this.system = system;
    this.ledger = ledger;
    this.blocking = blocking;
    this.lost = lost;
    this.random = random;
  }

  Route routes() {
    return concat(
        path("charges", () -> post(Access.ANYBODY, caller -> extractRequest(this::charge))),
        path("refunds", () -> post(Access.ANYBODY, caller -> extractRequest(this::refund))),
        path("faults", () -> concat(
            get(operators, caller -> complete(Json.response(200, faults))),
            put(operators, caller -> body(Faults::read, wanted -> {
              faults = wanted;
              return complete(Json.response(200, wanted));
            })))),
        path("ledger", () -> get(readers, caller -> parameterOptional("orderId", orderId -> parameterOptional("after", after ->
            parameterOptional("limit", limit -> ledger(orderId, after, limit)))))),
        path("calls", () -> get(Access.ANYBODY, caller -> complete(Json.response(200, new Calls(charges.get(), refunds.get(), lost.waiting()))))));
  }

  private Route charge(HttpRequest request) {
    charges.incrementAndGet();
    String key = idempotencyKey(request).orElseThrow(() ->
        Problem.field("MISSING_FIELD", "Idempotency-Key", "is required").exception());
    return body(fields -> charge(key, fields), charge -> underFaults(request, () -> answer(ledger.charge(charge))));
  }

  private static Ledger.Charge charge(String key, JsonFields fields) {
    String currency = fields.currency("currency");
    return new Ledger.Charge(key, fields.id("orderId"), fields.money("amount", currency), fields.text("token", MAX_TEXT));
  }

  private static HttpResponse answer(ChargeOutcome outcome) {
    if (outcome instanceof ChargeOutcome.Succeeded succeeded) {
      return Json.response(200, new Result(succeeded.transactionId(), "succeeded", null));
    }
    if (outcome instanceof ChargeOutcome.Declined declined) {
      return Json.response(402, new Result(null, "declined", declined.reason()));
    }
    if (outcome instanceof ChargeOutcome.Refunded) {
      return Result.response(409, "refunded");
    }
    return Problem.of(422, "IDEMPOTENCY_KEY_REUSED", "this Idempotency-Key came with another charge before").response();
  }

  private Route refund(HttpRequest request) {
    refunds.incrementAndGet();
    return body(SimulatorRoutes::refund, refund -> underFaults(request, () -> answer(refund.idempotencyKey()
        .map(ledger::refundKey).orElseGet(() -> ledger.refundTransaction(refund.transactionId().orElseThrow())))));
  }

  private static Refund refund(JsonFields fields) {
    Refund refund = new Refund(fields.optionalText("idempotencyKey", MAX_TEXT), fields.optionalText("transactionId", MAX_TEXT));
    if (refund.idempotencyKey().isPresent() == refund.transactionId().isPresent()) {
      throw Problem.of(400, "INVALID_FIELD", "exactly one of idempotencyKey and transactionId is required").exception();
    }
    refund.idempotencyKey().filter(key -> !KEY.matcher(key).matches()).ifPresent(key -> {
      throw fields.invalid("idempotencyKey", "must be 1 to 255 visible ASCII characters");
    });
    return refund;
  }

  private static HttpResponse answer(RefundOutcome outcome) {
    return switch (outcome) {
      case REFUNDED -> Result.response(200, "refunded");
      case NOTHING_TO_REFUND -> Result.response(200, "nothing_to_refund");
      case UNKNOWN_TRANSACTION -> Problem.of(404, "UNKNOWN_TRANSACTION", "there is no such transaction").response();
    };
  }

  /** Runs the call and responds, unless a fault prevents it. */
  private Route underFaults(HttpRequest request, Supplier<HttpResponse> effect) {
    Faults now = faults;
    Supplier<CompletionStage<HttpResponse>> call = () -> {
      if (now.outage()) {
        return failure(503, "SIMULATED_OUTAGE", "the provider is out of order on purpose");
      }
      if (now.failureRate() > 0 && draw() < now.failureRate()) {
        return failure(500, "SIMULATED_FAILURE", "this call fails on purpose");
      }
      CompletableFuture<HttpResponse> done = CompletableFuture.supplyAsync(effect, blocking);
      return now.loseAnswers() ? done.thenCompose(answer -> lost.of(request)) : done;
    };
    return answer(now.latencyMs() == 0 ? call.get()
        : Patterns.after(Duration.ofMillis(now.latencyMs()), system, call::get), response -> response);
  }

  private static CompletionStage<HttpResponse> failure(int status, String code, String detail) {
    return CompletableFuture.completedFuture(Problem.of(status, code, detail).response());
  }

  private double draw() {
    synchronized (random) {
      return random.nextDouble();
    }
  }

  private Route ledger(Optional<String> orderId, Optional<String> after, Optional<String> limit) {
    orderId.filter(id -> !Ids.valid(id)).ifPresent(id -> {
      throw Problem.field("INVALID_FIELD", "orderId", "must match " + Ids.FORM).exception();
    });
    long from = after.map(text -> number("after", text, Long.MAX_VALUE)).orElse(0L);
    if (limit.isEmpty()) {
      return complete(HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, all(from, orderId))));
    }
    int wanted = (int) number("limit", limit.get(), MAX_PAGE);
    // One entry more than requested shows whether there is a next page.
    return answer(entries(from, wanted + 1, orderId), found -> {
      boolean more = found.size() > wanted;
      List<LedgerEntry> page = more ? found.subList(0, wanted) : found;
      return Json.response(200, new Page(page, more ? page.get(wanted - 1).number() : null));
    });
  }

  /** Streams the whole ledger as JSON, with at most one page in memory. */
  private Source<ByteString, NotUsed> all(long from, Optional<String> orderId) {
    return Source.unfoldAsync(from, after -> entries(after, STREAMED_PAGE, orderId).thenApply(page -> page.isEmpty()
            ? Optional.empty() : Optional.of(Pair.create(page.get(page.size() - 1).number(), page))))
        .map(page -> ByteString.fromString(page.stream().map(entry -> ByteString.fromArrayUnsafe(Json.bytes(entry)).utf8String())
            .collect(Collectors.joining(","))))
        .intersperse(ByteString.fromString("{\"charges\":["), ByteString.fromString(","), ByteString.fromString("]}"));
  }

  private CompletableFuture<List<LedgerEntry>> entries(long after, int limit, Optional<String> orderId) {
    return CompletableFuture.supplyAsync(() -> ledger.entries(after, limit, orderId), blocking);
  }

  private static long number(String name, String text, long max) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= max && !(number == 0 && name.equals("limit"))) {
        return number;
      }
    } catch (NumberFormatException notOne) {
      // Reported below, as a number out of range is.
    }
    throw Problem.field("INVALID_FIELD", name, "must be a whole number, at most " + max).exception();
  }
}
