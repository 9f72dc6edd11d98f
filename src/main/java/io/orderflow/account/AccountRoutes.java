package io.orderflow.account;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import akka.stream.KillSwitches;
import akka.stream.SharedKillSwitch;
import io.orderflow.http.Access;
import io.orderflow.http.ClientPresence;
import io.orderflow.http.Json;
import io.orderflow.http.Ownership;
import io.orderflow.http.Problem;
import io.orderflow.http.RequestKey;
import io.orderflow.http.Routes;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.kernel.Ids;
import io.orderflow.security.Caller;
import io.orderflow.security.Denied;
import io.orderflow.security.Scopes;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Opens accounts, deposits, withdraws and reads balances at {@code /api/accounts}. */
public final class AccountRoutes extends Routes {

  private static final Access WRITERS = Access.scope(Scopes.ACCOUNTS_WRITE);

  private final AccountService accounts;
  private final Ownership owned;
  private final AccountHistory history;
  private final ClientPresence clients;
  private final RequestKeys keys;
  private final Supplier<UUID> ids;

  /** @param ids generates ids for accounts whose client chose none */
  public AccountRoutes(AccountService accounts, AccountHistory history, ClientPresence clients, RequestKeys keys, Supplier<UUID> ids) {
    this.accounts = accounts;
    this.owned = owned(accounts);
    this.history = history;
    this.clients = clients;
    this.keys = keys;
    this.ids = ids;
  }

  /** Whose an account is. */
  static Ownership owned(AccountService accounts) {
    return new Ownership(Scopes.ACCOUNTS_WRITE, account -> accounts.get(account).thenApply(Account.Balance::ownerId), Account.notFound());
  }

  /** Routes {@code /api/accounts} except for transfers and events. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("accounts", () -> concat(
        pathEnd(() -> post(Access.CALLERS, caller -> keyed(caller, key ->
            body(AccountRequest.Opening::read, opening -> open(caller, key, opening))))),
        id("accountId", account -> concat(
            pathEnd(() -> get(Access.CALLERS, caller -> own(owned, caller, account, () -> extractRequest(request ->
                parameterOptional("atSequence", sequence -> parameterOptional("at", time ->
                    answer(balance(request, account, sequence, time), balance -> Json.response(200, AccountResponse.of(balance))))))))),
            path("deposits", () -> post(WRITERS, caller -> keyed(caller, key ->
                body(AccountRequest.Movement::read, deposit -> deposit(caller, account, key, deposit))))),
            path("withdrawals", () -> post(WRITERS, caller -> keyed(caller, key ->
                body(AccountRequest.Movement::read, withdrawal -> withdraw(caller, account, key, withdrawal))))))))));
  }

  /** A customer's account is their own; an account without an owner, or for others, needs the scope. */
  private Route open(Caller caller, Optional<RequestKey> key, AccountRequest.Opening opening) {
    boolean mayBeUnowned = caller.has(Scopes.ACCOUNTS_WRITE);
    String owner = opening.ownerId() == null && !mayBeUnowned ? caller.subject() : opening.ownerId();
    if (!mayBeUnowned && !(caller.subject().equals(owner) && Ids.valid(owner))) {
      throw Denied.needs(Scopes.ACCOUNTS_WRITE);
    }
    String id = Optional.ofNullable(opening.accountId()).or(() -> key.map(known -> known.named("account")))
        .orElseGet(() -> ids.get().toString());
    return after(keys.claim(key, "accounts", opening), claimed -> answer(accounts.as(caller.actor()).open(id, owner, opening.currency()),
        account -> Json.response(201, AccountResponse.of(account)).addHeader(Location.create("/api/accounts/" + id))));
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

  private Route deposit(Caller caller, String accountId, Optional<RequestKey> key, AccountRequest.Movement deposit) {
    return answer(accounts.as(caller.actor()).deposit(accountId, deposit.amount(), deposit.reference(), key.map(RequestKey::remembered).orElse(null)),
        account -> Json.response(200, AccountResponse.ofMovement(account)));
  }

  private Route withdraw(Caller caller, String accountId, Optional<RequestKey> key, AccountRequest.Movement withdrawal) {
    return answer(accounts.as(caller.actor()).withdraw(accountId, withdrawal.amount(), withdrawal.reference(), key.map(RequestKey::remembered).orElse(null)),
        account -> Json.response(200, AccountResponse.ofMovement(account)));
  }
}
