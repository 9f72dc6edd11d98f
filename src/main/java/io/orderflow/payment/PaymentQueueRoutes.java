package io.orderflow.payment;

import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.security.Scopes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code /ops/payments/queue}: the payments that wait for the provider, the first in the queue first. */
public final class PaymentQueueRoutes extends Routes {

  private static final int PAGE = 50;

  private final PaymentQueueQueries queue;

  PaymentQueueRoutes(PaymentQueueQueries queue) {
    this.queue = queue;
  }

  public Route routes() {
    return path(PathMatchers.segment("ops").slash("payments").slash("queue"), () -> get(Access.scope(Scopes.OPS_READ), caller ->
        parameterOptional("cursor", cursor -> answer(queue.inOrder(position(cursor), PAGE + 1), rows -> Page.response(page(rows))))));
  }

  private static Map<String, Object> page(List<QueuedPayment> rows) {
    List<QueuedPayment> shown = rows.subList(0, Math.min(rows.size(), PAGE));
    Map<String, Object> page = new LinkedHashMap<>();
    page.put("payments", shown.stream().map(QueuedPaymentResponse::of).toList());
    page.put("next", rows.size() > PAGE ? Long.toString(shown.get(PAGE - 1).position()) : null);
    return page;
  }

  private static long position(Optional<String> cursor) {
    cursor.filter(text -> !text.matches("[0-9]{1,18}")).ifPresent(text -> {
      throw Problem.field("INVALID_FIELD", "cursor", "must be a cursor returned by this list").exception();
    });
    return cursor.map(Long::parseLong).orElse(-1L);
  }
}
