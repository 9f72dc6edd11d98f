package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Clients that ask a frozen node for accounts that others have changed meanwhile, and get their answers when it goes on: an old balance
 * must not be among them.
 */
public final class FrozenReads implements AutoCloseable {

  /** So many that each node carries some of them. */
  private static final int ACCOUNTS = 12;
  private static final AtomicLong NUMBER = new AtomicLong();

  private final NodeProcess node;
  private final List<String> accounts;
  private final List<CompletableFuture<Optional<String>>> answers = new ArrayList<>();
  private final ExecutorService clients = Executors.newFixedThreadPool(ACCOUNTS);

  /** Has the accounts in memory, somewhere, before the node freezes. */
  public FrozenReads(NodeProcess node) {
    this.node = node;
    String prefix = "frozen-" + NUMBER.incrementAndGet() + "-";
    this.accounts = IntStream.range(0, ACCOUNTS).mapToObj(i -> prefix + i).toList();
    accounts.forEach(account -> untilDone(node, "/api/accounts", "{'accountId':'" + account + "','currency':'EUR'}"));
  }

  /** The others have gone on without it: they change the accounts, and clients ask the frozen node. */
  public void change(NodeProcess other) {
    accounts.forEach(account ->
        untilDone(other, "/api/accounts/" + account + "/deposits", "{'amount':'1.00','reference':'meanwhile'}"));
    accounts.forEach(account -> answers.add(CompletableFuture.supplyAsync(() -> balance(account), clients)));
  }

  private Optional<String> balance(String account) {
    try {
      ShopClient.Answer answer = node.shop().get("/api/accounts/" + account);
      return answer.status() == 200 ? Optional.of(answer.text("balance")) : Optional.empty();
    } catch (UncheckedIOException cutOff) {
      return Optional.empty();
    }
  }

  /** None of the answers was old. */
  public void assertTrue() {
    for (CompletableFuture<Optional<String>> answer : answers) {
      assertThat(answer.join().orElse("1.00")).isEqualTo("1.00");
    }
  }

  private static void untilDone(NodeProcess node, String path, String body) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreException(UncheckedIOException.class)
        .until(() -> node.shop().post(path, body).status() / 100 == 2);
  }

  @Override
  public void close() {
    clients.shutdownNow();
  }
}
