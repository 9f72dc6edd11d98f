package io.orderflow.console;

import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Page;
import io.orderflow.http.Routes;
import io.orderflow.security.Scopes;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code /ops/orders}: finds orders by whatever an operator knows of them. */
public final class OrderSearchRoutes extends Routes {

  private final OrderSearchQueries queries;
  private final OrderSearchRequest requests;
  private final boolean hasTerms;

  /** @param hasTerms whether the views for searching are filled */
  OrderSearchRoutes(OrderSearchQueries queries, OrderSearchRequest requests, boolean hasTerms) {
    this.queries = queries;
    this.requests = requests;
    this.hasTerms = hasTerms;
  }

  public Route routes() {
    return path(PathMatchers.segment("ops").slash("orders"), () -> get(Access.scope(Scopes.OPS_READ), caller -> parameterMap(query ->
        Page.parameters(page -> answer(queries.find(requests.read(query), page), found -> Page.response(answer(found)))))));
  }

  private Map<String, Object> answer(OrderSearchQueries.Result found) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("orders", found.orders());
    answer.put("next", found.next() == null ? null : Page.cursor(found.next().at(), found.next().orderId()));
    answer.put("byProduct", hasTerms);
    return answer;
  }
}
