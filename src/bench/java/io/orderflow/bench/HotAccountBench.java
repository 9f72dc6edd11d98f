package io.orderflow.bench;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.pattern.StatusReply;
import io.orderflow.account.Account;
import io.orderflow.eventsourcing.HostedAggregate;
import io.orderflow.testkit.Postgresql;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * One account that everybody pays into: 256 clients inside the node, each with one deposit under way. Prints deposits per second for each
 * tenth of them, then how fast the account is read after a restart, and pages of its history. For {@code src/bench/hot-account/run}.
 */
public final class HotAccountBench {

  private static final int CLIENTS = 256;
  private static final String ID = "hot";

  private HotAccountBench() {}

  /** @param args the number of deposits */
  public static void main(String[] args) throws Exception {
    long deposits = Long.parseLong(args[0]);
    Path folder = Files.createTempDirectory(Path.of("target"), "hot-account");
    try (Postgresql database = Postgresql.start();
        TestNode node = TestNode.start(folder, database.settings())) {
      node.shop().account(ID, "1.00");
      double[] rates = new double[10];
      for (int tenth = 0; tenth < rates.length; tenth++) {
        long start = System.nanoTime();
        deposit(node, deposits / rates.length);
        rates[tenth] = deposits / rates.length * 1e9 / (System.nanoTime() - start);
        System.out.printf("deposits/s %,.0f%n", rates[tenth]);
      }
      System.out.printf("median deposits/s %,.0f%n", Arrays.stream(rates).sorted().skip(rates.length / 2).findFirst().orElseThrow());
      node.restart();
      ShopClient shop = node.shop();
      long last = Long.parseLong(timed("first read after a restart", () -> shop.get("/api/accounts/" + ID)).text("sequence"));
      timed("its first 100 events", () -> shop.get("/api/accounts/" + ID + "/events?limit=100"));
      timed("its last 100 events", () -> shop.get("/api/accounts/" + ID + "/events?limit=100&from=" + (last - 99)));
      timed("its balance after half of them", () -> shop.get("/api/accounts/" + ID + "?atSequence=" + last / 2));
    }
  }

  private static ShopClient.Answer timed(String what, java.util.function.Supplier<ShopClient.Answer> call) {
    long start = System.nanoTime();
    ShopClient.Answer answer = call.get();
    System.out.printf("%s: %d ms, status %d%n", what, (System.nanoTime() - start) / 1_000_000, answer.status());
    return answer;
  }

  private static void deposit(TestNode node, long number) {
    var account = new HostedAggregate<Account.Command, Account.Balance>(node.system(), Account.NAME, ID);
    CompletableFuture<Done> all = new CompletableFuture<>();
    node.system().systemActorOf(clients(account, number, all), "clients-" + UUID.randomUUID(), Props.empty());
    all.join();
  }

  /** As many clients as one actor can be: what each answer brings is the next deposit. */
  private static Behavior<StatusReply<Account.Balance>> clients(HostedAggregate<Account.Command, Account.Balance> account, long number,
      CompletableFuture<Done> all) {
    return Behaviors.setup((ActorContext<StatusReply<Account.Balance>> context) -> {
      ActorRef<StatusReply<Account.Balance>> self = context.getSelf();
      for (int i = 0; i < CLIENTS; i++) {
        account.tell(new Account.Deposit(BigDecimal.ONE, null), self);
      }
      long[] counts = {CLIENTS, 0};
      return Behaviors.receiveMessage(reply -> {
        if (!reply.isSuccess()) {
          all.completeExceptionally(reply.getError());
          return Behaviors.stopped();
        }
        if (counts[0]++ < number) {
          account.tell(new Account.Deposit(BigDecimal.ONE, null), self);
        }
        if (++counts[1] == number) {
          all.complete(Done.getInstance());
          return Behaviors.stopped();
        }
        return Behaviors.same();
      });
    });
  }
}
