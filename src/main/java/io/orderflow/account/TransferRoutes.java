package io.orderflow.account;

import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Money;
import io.orderflow.kernel.Rejection;
import io.orderflow.saga.SagaState;
import io.orderflow.saga.Sagas;
import java.math.BigDecimal;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Starts transfers at {@code /api/accounts/{accountId}/transfers} and reads them at {@code /api/transfers}. A transfer's id is derived from
 * the account and the client's reference, so that a repeat reaches the same saga.
 */
public final class TransferRoutes extends Routes {

  private static final Rejection REUSED = Rejection.unprocessable("REFERENCE_REUSED", "the reference was used for another transfer");

  private final AccountService accounts;
  private final Sagas<Transfer> sagas;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for transfers without a reference */
  public TransferRoutes(AccountService accounts, Sagas<Transfer> sagas, Supplier<UUID> ids) {
    this.accounts = accounts;
    this.sagas = sagas;
    this.ids = ids;
  }

  /** Routes {@code /api/accounts/{accountId}/transfers} and {@code /api/transfers}. */
  public Route routes() {
    return pathPrefix("api", () -> concat(
        pathPrefix("accounts", () -> id("accountId", from ->
            path("transfers", () -> post(() -> body(TransferRequest::read, request -> transfer(from, request)))))),
        pathPrefix("transfers", () -> id("transferId", transfer -> pathEnd(() -> get(() -> read(transfer)))))));
  }

  private Route transfer(String from, TransferRequest request) {
    if (request.to().equals(from)) {
      return complete(Problem.field("INVALID_FIELD", "to", "must be another account").response());
    }
    return after(accounts.get(from), account -> {
      Transfer transfer = new Transfer(from, request.to(), amount(request.amount(), account.balance().currency()));
      String id = request.reference().map(reference -> idOf(from, reference)).orElseGet(() -> ids.get().toString());
      CompletionStage<SagaState> started = request.reference().isPresent() ? sagas.start(id, transfer) : sagas.startNew(id, transfer);
      return answer(started.thenApply(saga -> sagas.startedWith(saga, transfer, REUSED)), saga ->
          Json.response(202, TransferResponse.of(id, transfer, saga)).addHeader(Location.create("/api/transfers/" + id)));
    });
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
            ? Problem.of(404, "TRANSFER_NOT_FOUND", "there is no such transfer").exception() : failure)),
        saga -> Json.response(200, TransferResponse.of(id, sagas.input(saga), saga)));
  }

  private static String idOf(String from, String reference) {
    return Ids.named("transfer", from, reference);
  }
}
