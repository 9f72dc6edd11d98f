package io.orderflow.account;

import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Ownership;
import io.orderflow.http.Problem;
import io.orderflow.http.RequestKey;
import io.orderflow.http.Routes;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.Sagas;
import io.orderflow.security.Caller;
import io.orderflow.security.Scopes;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Starts transfers at {@code /api/accounts/{accountId}/transfers} and reads them at {@code /api/transfers}. A transfer's id is derived from
 * the account and the client's reference or idempotency key, so that a repeat reaches the same saga, and the reference of another caller another one.
 */
public final class TransferRoutes extends Routes {

  private static final Rejection REUSED = Rejection.unprocessable("REFERENCE_REUSED", "the reference was used for another transfer");

  private static final Rejection NOT_FOUND = Rejection.notFound("TRANSFER_NOT_FOUND", "there is no such transfer");

  private final AccountService accounts;
  private final Ownership owned;
  private final Ownership transferred;
  private final Sagas<Transfer> sagas;
  private final RequestKeys keys;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for transfers without a reference and without an idempotency key */
  public TransferRoutes(AccountService accounts, Sagas<Transfer> sagas, RequestKeys keys, Supplier<UUID> ids) {
    this.keys = keys;
    this.accounts = accounts;
    this.owned = AccountRoutes.owned(accounts);
    // A transfer is seen by the owner of the account that it takes from.
    this.transferred = new Ownership(owned.scope(), id -> sagas.get(id).thenCompose(saga -> owned.ownerOf().apply(sagas.input(saga).from())),
        NOT_FOUND);
    this.sagas = sagas;
    this.ids = ids;
  }

  /** Routes {@code /api/accounts/{accountId}/transfers} and {@code /api/transfers}. */
  public Route routes() {
    return pathPrefix("api", () -> concat(
        pathPrefix("accounts", () -> id("accountId", from ->
            path("transfers", () -> post(Access.CALLERS, caller -> admitted(() -> keyed(caller, key ->
                own(owned, caller, from, () -> body(TransferRequest::read, request -> transfer(caller, from, key, request))))))))),
        pathPrefix("transfers", () -> id("transferId", transfer -> pathEnd(() -> get(Access.CALLERS, caller ->
            own(transferred, caller, transfer, () -> read(transfer))))))));
  }

  private Route transfer(Caller caller, String from, Optional<RequestKey> key, TransferRequest request) {
    if (request.to().equals(from)) {
      return complete(Problem.field("INVALID_FIELD", "to", "must be another account").response());
    }
    return after(accounts.get(from), account -> {
      Transfer transfer = new Transfer(from, request.to(), amount(request.amount(), account.balance().currency()),
          caller.has(Scopes.ACCOUNTS_WRITE) ? null : caller.subject());
      Optional<String> known = request.reference().map(reference -> idOf(caller, from, reference))
          .or(() -> key.map(claimed -> claimed.named("transfer-by-key", from)));
      String id = known.orElseGet(() -> ids.get().toString());
      return after(keys.claim(key, "accounts/" + from + "/transfers", request.to(), transfer.amount(), request.reference().orElse(null)), claimed ->
          answer(start(sagas.as(caller.actor()), id, known.isPresent(), transfer, request.reference().isPresent() ? REUSED : Rejection.idempotencyKeyReused()), saga ->
              Json.response(202, TransferResponse.of(id, transfer, saga)).addHeader(Location.create("/api/transfers/" + id))));
    });
  }

  /** @param mayExist whether a transfer may have been started under this id */
  private static CompletionStage<SagaState> start(Sagas<Transfer> sagas, String id, boolean mayExist, Transfer transfer, Rejection reused) {
    CompletionStage<SagaState> started = mayExist ? sagas.start(id, transfer) : sagas.startNew(id, transfer);
    return started.thenApply(saga -> sagas.startedWith(saga, transfer, reused));
  }

  private static Money amount(BigDecimal amount, String currency) {
    try {
      Money money = Money.of(amount, currency);
      if (money.minor() > 0) {
        return money;
      }
    } catch (IllegalArgumentException wrong) {
      throw Problem.field("INVALID_FIELD", "amount", wrong.getMessage()).exception();
    }
    throw Problem.field("INVALID_FIELD", "amount", "must be above zero").exception();
  }

  private Route read(String id) {
    return answer(sagas.get(id).exceptionallyCompose(failure -> CompletableFuture.failedFuture(Rejection.isNotFound(failure)
            ? NOT_FOUND.exception() : failure)),
        saga -> Json.response(200, TransferResponse.of(id, sagas.input(saga), saga)));
  }

  private static String idOf(Caller caller, String from, String reference) {
    return caller.namespace().map(namespace -> Ids.named("transfer-of", namespace, from, reference))
        .orElseGet(() -> Ids.named("transfer", from, reference));
  }
}
