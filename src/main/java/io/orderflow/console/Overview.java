package io.orderflow.console;

import io.orderflow.console.OverviewQueries.Figures;
import io.orderflow.console.OverviewQueries.Group;
import io.orderflow.console.ShopOverview.Concern;
import io.orderflow.console.ShopOverview.Latency;
import io.orderflow.console.ShopOverview.Queue;
import io.orderflow.payment.BreakerSnapshot;
import io.orderflow.payment.PaymentQueueStatus;
import io.orderflow.projection.ProjectionStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Draws up how the shop does, and what of it needs attention. */
final class Overview {

  /** A queue in which the first payment has waited for so long needs attention. */
  private static final Duration LONG_WAIT = Duration.ofMinutes(1);
  private static final double LONG_LAG_SECONDS = 10;
  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  private record Length(Instant at, int waiting) {}

  private final OverviewQueries queries;
  private final Supplier<PaymentQueueStatus> queue;
  private final Supplier<CompletionStage<List<ProjectionStatus>>> projections;
  private final NodeReports nodes;
  private final Clock clock;
  /** How long the queue was lately, the oldest first. */
  private final Deque<Length> lengths = new ArrayDeque<>();

  Overview(OverviewQueries queries, Supplier<PaymentQueueStatus> queue, Supplier<CompletionStage<List<ProjectionStatus>>> projections, NodeReports nodes,
      Clock clock) {
    this.queries = queries;
    this.queue = queue;
    this.projections = projections;
    this.nodes = nodes;
    this.clock = clock;
  }

  CompletionStage<ShopOverview> draw() {
    Instant now = clock.instant();
    CompletableFuture<Figures> figures = queries.figures(now).toCompletableFuture();
    CompletableFuture<List<ProjectionStatus>> views = projections.get().toCompletableFuture();
    CompletableFuture<List<NodeView>> members = nodes.views().toCompletableFuture();
    return CompletableFuture.allOf(figures, views, members).thenApply(all -> draw(now, figures.join(), views.join(), members.join()));
  }

  private ShopOverview draw(Instant now, Figures figures, List<ProjectionStatus> views, List<NodeView> members) {
    PaymentQueueStatus waiting = queue.get();
    List<Concern> concerns = concerns(now, figures.positions(), waiting, views, members);
    double seconds = OverviewQueries.RECENT.toSeconds();
    Map<String, Double> perSecond = figures.recent().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue() / seconds));
    return new ShopOverview(now, concerns.isEmpty(), concerns, figures.byStatus(), perSecond, latency(figures.toConfirmed()), figures.positions(),
        new Queue(waiting, emptyAt(now, waiting.waiting())), views, members);
  }

  private static Latency latency(List<Long> ascending) {
    return ascending.isEmpty() ? null : new Latency(quantile(ascending, 0.5), quantile(ascending, 0.99), ascending.size());
  }

  private static long quantile(List<Long> ascending, double share) {
    return ascending.get((int) Math.min(ascending.size() - 1L, Math.round(Math.ceil(share * ascending.size())) - 1));
  }

  /** When the queue is empty, if it goes on getting shorter as it did in the last minute. */
  private synchronized Instant emptyAt(Instant now, int waiting) {
    while (!lengths.isEmpty() && lengths.peekFirst().at().isBefore(now.minus(REMEMBERED))) {
      lengths.removeFirst();
    }
    lengths.addLast(new Length(now, waiting));
    Length first = lengths.peekFirst();
    int gone = first.waiting() - waiting;
    return waiting == 0 || gone <= 0 ? null : now.plusMillis(Duration.between(first.at(), now).toMillis() * waiting / gone);
  }

  static List<Concern> concerns(Instant now, List<Group> positions, PaymentQueueStatus queue, List<ProjectionStatus> views, List<NodeView> members) {
    List<Concern> concerns = new ArrayList<>();
    long failed = positions.stream().filter(group -> group.state().equals("COMPENSATION_FAILED")).mapToLong(Group::sagas).sum();
    if (failed > 0) {
      concerns.add(new Concern("bad", failed + (failed == 1 ? " order or transfer needs" : " orders or transfers need") + " an operator",
          "/orders?state=COMPENSATION_FAILED"));
    }
    for (ProjectionStatus view : views) {
      if (view.state() == ProjectionStatus.State.STOPPED) {
        concerns.add(new Concern("bad", "the view " + view.name() + " has stopped", "/views"));
      } else if (view.parked() > 0) {
        concerns.add(new Concern("bad", "the view " + view.name() + " has parked " + view.parked() + " of its aggregates", "/views"));
      } else if (view.state() == ProjectionStatus.State.FAILING) {
        concerns.add(new Concern("warn", "the view " + view.name() + " is failing", "/views"));
      } else if (view.lagSeconds() > LONG_LAG_SECONDS) {
        concerns.add(new Concern("warn", "the view " + view.name() + " is " + Math.round(view.lagSeconds()) + " seconds behind", "/views"));
      }
    }
    long open = members.stream().filter(node -> node.breakers() != null).flatMap(node -> node.breakers().stream())
        .filter(breaker -> breaker.state() != BreakerSnapshot.State.CLOSED).count();
    if (open > 0) {
      concerns.add(new Concern("warn", "the payment provider is not called freely: the breaker is not closed on " + open + " of "
          + members.stream().filter(node -> node.breakers() != null).count() + " nodes", "/payments"));
    }
    if (queue.oldest() != null && queue.oldest().isBefore(now.minus(LONG_WAIT))) {
      concerns.add(new Concern("warn", queue.waiting() + (queue.waiting() == 1 ? " payment waits" : " payments wait") + " for the payment provider, the first since "
          + queue.oldest(), "/payments"));
    }
    members.stream().filter(node -> !node.reachable()).forEach(node ->
        concerns.add(new Concern("warn", "the node " + node.address() + " can't be reached", "/")));
    concerns.sort(Comparator.comparing(Concern::severity));
    return concerns;
  }
}
