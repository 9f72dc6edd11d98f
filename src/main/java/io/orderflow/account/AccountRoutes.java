package io.orderflow.account;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Opens accounts, deposits, withdraws and reads balances at {@code /api/accounts}. */
public final class AccountRoutes extends Routes {

  private final AccountService accounts;
  private final AccountHistory history;
  private final ClientPresence clients;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for accounts whose client chose none */
  public AccountRoutes(AccountService accounts, AccountHistory history, ClientPresence clients, Supplier<UUID> ids) {
    this.accounts = accounts;
    this.history = history;
    this.clients = clients;
    this.ids = ids;
  }

  /** Routes {@code /api/accounts} except for transfers and events. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("accounts", () -> concat(
        pathEnd(() -> post(() -> body(fields -> AccountRequest.Opening.read(fields, ids), this::open))),
        id("accountId", account -> concat(
            pathEnd(() -> get(() -> extractRequest(request -> parameterOptional("atSequence", sequence -> parameterOptional("at", time ->
                answer(balance(request, account, sequence, time), balance -> Json.response(200, AccountResponse.of(balance)))))))),
            path("deposits", () -> post(() -> body(AccountRequest.Movement::read, deposit -> deposit(account, deposit)))),
            path("withdrawals", () -> post(() -> body(AccountRequest.Movement::read, withdrawal -> withdraw(account, withdrawal)))))))));
  }

  private Route open(AccountRequest.Opening opening) {
    return answer(accounts.open(opening.accountId(), opening.ownerId(), opening.currency()),
        account -> Json.response(201, AccountResponse.of(account)).addHeader(Location.create("/api/accounts/" + opening.accountId())));
  }

  /** Reads the current or a past balance. */
  private CompletionStage<Account.Balance> balance(HttpRequest request, String accountId, Optional<String> sequence, Optional<String> time) {
    if (sequence.isPresent() && time.isPresent()) {
      throw Problem.field("INVALID_FIELD", "at", "must not be combined with atSequence").exception();
    }
    if (sequence.isPresent()) {
      if (!sequence.get().matches("[1-9][0-9]{0,17}")) {
        throw Problem.field("INVALID_FIELD", "atSequence", "must be a whole number above zero").exception();
      }
      return stopWithClient(request, stop -> history.atSequence(accountId, Long.parseLong(sequence.get()), stop));
    }
    if (time.isPresent()) {
      Instant then = instant(time.get());
      return stopWithClient(request, stop -> history.at(accountId, then, stop));
    }
    return accounts.get(accountId);
  }

  /** Stops a read of events when the client goes away: an account may have millions of events. */
  private <T> CompletionStage<T> stopWithClient(HttpRequest request, Function<SharedKillSwitch, CompletionStage<T>> read) {
    SharedKillSwitch stop = KillSwitches.shared("client");
    Runnable stopWatching = clients.watch(request, stop::shutdown);
    return read.apply(stop).whenComplete((result, failure) -> stopWatching.run());
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException malformed) {
      throw Problem.field("INVALID_FIELD", "at", "must be an instant like 2026-01-31T12:00:00Z").exception();
    }
  }

  private Route deposit(String accountId, AccountRequest.Movement deposit) {
    return answer(accounts.deposit(accountId, deposit.amount(), deposit.reference()),
        account -> Json.response(200, AccountResponse.ofMovement(account)));
  }

  private Route withdraw(String accountId, AccountRequest.Movement withdrawal) {
    return answer(accounts.withdraw(accountId, withdrawal.amount(), withdrawal.reference()),
        account -> Json.response(200, AccountResponse.ofMovement(account)));
  }
}
