package io.orderflow.account;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** {@code /api/accounts}: opening accounts, deposits, withdrawals, balances. */
public final class AccountRoutes extends Routes {

  private record Opening(String accountId, String ownerId, String currency) {
    static Opening read(JsonFields fields, Supplier<UUID> ids) {
      return new Opening(fields.optionalId("accountId").orElseGet(() -> ids.get().toString()),
          fields.optionalId("ownerId").orElse(null), fields.currency("currency"));
    }
  }

  private record Movement(BigDecimal amount, String reference) {
    static Movement read(JsonFields fields) {
      return new Movement(fields.amount("amount"), fields.optionalId("reference").orElse(null));
    }
  }

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record AccountView(String accountId, String ownerId, String balance, String currency, long sequence) {
    static AccountView of(Account.Balance account) {
      return new AccountView(account.accountId(), account.ownerId(), account.balance().amount(), account.balance().currency(),
          account.sequence());
    }
  }

  private record MovementView(String accountId, String balance, String currency, long sequence) {
    static MovementView of(Account.Balance account) {
      return new MovementView(account.accountId(), account.balance().amount(), account.balance().currency(), account.sequence());
    }
  }

  private final AccountService accounts;
  private final AccountHistory history;
  private final Supplier<UUID> ids;

  /** @param ids makes the id of an account whose client chose none */
  public AccountRoutes(AccountService accounts, AccountHistory history, Supplier<UUID> ids) {
    this.accounts = accounts;
    this.history = history;
    this.ids = ids;
  }

  /** The routes from {@code /api/accounts} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("accounts", () -> concat(
        pathEnd(() -> post(() -> body(fields -> Opening.read(fields, ids), this::open))),
        id("accountId", account -> concat(
            pathEnd(() -> get(() -> extractRequest(request -> parameterOptional("atSequence", sequence -> parameterOptional("at", time ->
                answer(balance(request, account, sequence, time), balance -> Json.response(200, AccountView.of(balance)))))))),
            path("deposits", () -> post(() -> body(Movement::read, deposit -> deposit(account, deposit)))),
            path("withdrawals", () -> post(() -> body(Movement::read, withdrawal -> withdraw(account, withdrawal)))))))));
  }

  private Route open(Opening opening) {
    return answer(accounts.open(opening.accountId(), opening.ownerId(), opening.currency()),
        account -> Json.response(201, AccountView.of(account)).addHeader(Location.create("/api/accounts/" + opening.accountId())));
  }

  /** The balance now or then. */
  private CompletionStage<Account.Balance> balance(HttpRequest request, String accountId, Optional<String> sequence, Optional<String> time) {
    if (sequence.isPresent() && time.isPresent()) {
      throw Problem.field("INVALID_FIELD", "at", "can't be asked for together with atSequence").exception();
    }
    if (sequence.isPresent()) {
      if (!sequence.get().matches("[1-9][0-9]{0,17}")) {
        throw Problem.field("INVALID_FIELD", "atSequence", "must be a whole number above zero").exception();
      }
      return history.atSequence(request, accountId, Long.parseLong(sequence.get()));
    }
    return time.isPresent() ? history.at(request, accountId, instant(time.get()))
        : accounts.get(accountId);
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException malformed) {
      throw Problem.field("INVALID_FIELD", "at", "must be an instant like 2026-01-31T12:00:00Z").exception();
    }
  }

  private Route deposit(String accountId, Movement deposit) {
    return answer(accounts.deposit(accountId, deposit.amount(), deposit.reference()),
        account -> Json.response(200, MovementView.of(account)));
  }

  private Route withdraw(String accountId, Movement withdrawal) {
    return answer(accounts.withdraw(accountId, withdrawal.amount(), withdrawal.reference()),
        account -> Json.response(200, MovementView.of(account)));
  }
}
