package io.orderflow.operators;

import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.security.Scopes;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code /ops/audit}: what operators did. */
public final class AuditRoutes extends Routes {

  private static final Pattern TARGET = Pattern.compile("[\\x21-\\x7e]{1,255}");

  private final OperatorActions actions;

  public AuditRoutes(OperatorActions actions) {
    this.actions = actions;
  }

  public Route routes() {
    return path(PathMatchers.segment("ops").slash("audit"), () -> get(Access.scope(Scopes.OPS_READ), caller ->
        parameterOptional("target", target -> Page.parameters(page -> answer(actions.page(valid(target), page), rows ->
            Page.response(page.answer("actions", rows, OperatorAction::at, OperatorAction::id)))))));
  }

  private static Optional<String> valid(Optional<String> target) {
    target.filter(text -> !TARGET.matcher(text).matches()).ifPresent(text -> {
      throw Problem.field("INVALID_FIELD", "target", "must be 1 to 255 visible ASCII characters").exception();
    });
    return target;
  }
}
