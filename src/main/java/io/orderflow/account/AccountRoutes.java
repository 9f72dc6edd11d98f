package io.orderflow.account;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.Route;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Routes;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;

/** {@code /api/accounts}: opening accounts, deposits, withdrawals, balances. */
public final class AccountRoutes extends Routes {

  private static final Duration ASK = Duration.ofSeconds(4);

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

  private final ClusterSharding sharding;
  private final Supplier<UUID> ids;

  /** @param ids makes the id of an account whose client chose none */
  public AccountRoutes(ActorSystem<?> system, Supplier<UUID> ids) {
    this.sharding = ClusterSharding.get(system);
    this.ids = ids;
  }

  /** The routes from {@code /api/accounts} on. */
  public Route routes() {
    return pathPrefix("api", () -> pathPrefix("accounts", () -> concat(
        pathEnd(() -> post(() -> body(fields -> Opening.read(fields, ids), this::open))),
        id("accountId", account -> concat(
            pathEnd(() -> get(() -> read(account))),
            path("deposits", () -> post(() -> body(Movement::read, deposit -> deposit(account, deposit)))),
            path("withdrawals", () -> post(() -> body(Movement::read, withdrawal -> withdraw(account, withdrawal)))))))));
  }

  private Route open(Opening opening) {
    return answer(account(opening.accountId()).<Account.Balance>askWithStatus(
            replyTo -> new Account.Open(opening.ownerId(), opening.currency(), replyTo), ASK),
        account -> Json.response(201, AccountView.of(account)).addHeader(Location.create("/api/accounts/" + opening.accountId())));
  }

  private Route read(String accountId) {
    return answer(account(accountId).<Account.Balance>askWithStatus(Account.Get::new, ASK),
        account -> Json.response(200, AccountView.of(account)));
  }

  private Route deposit(String accountId, Movement deposit) {
    return answer(account(accountId).<Account.Balance>askWithStatus(
            replyTo -> new Account.Deposit(deposit.amount(), deposit.reference(), replyTo), ASK),
        account -> Json.response(200, MovementView.of(account)));
  }

  private Route withdraw(String accountId, Movement withdrawal) {
    return answer(account(accountId).<Account.Balance>askWithStatus(
            replyTo -> new Account.Withdraw(withdrawal.amount(), withdrawal.reference(), replyTo), ASK),
        account -> Json.response(200, MovementView.of(account)));
  }

  private EntityRef<Account.Command> account(String accountId) {
    return sharding.entityRefFor(Account.KEY, accountId);
  }
}
