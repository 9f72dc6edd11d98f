package io.orderflow.console;

import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Routes;
import io.orderflow.operators.OperatorActions;
import io.orderflow.security.Caller;
import java.util.List;

/** {@code /ops/session}: who is asking and what they may, so that the console can say which scope an action needs. */
public final class SessionRoutes extends Routes {

  /**
   * @param open whether the node asks nobody for a token, so that everybody may do everything
   * @param scopes of the token; empty in open mode
   */
  private record Session(String operator, boolean open, List<String> scopes) {}

  public Route routes() {
    return path(PathMatchers.segment("ops").slash("session"), () -> get(Access.CALLERS, caller -> extractRequest(request ->
        complete(Json.response(200, new Session(OperatorActions.operator(caller, request), caller.isOpen(), scopes(caller)))))));
  }

  private static List<String> scopes(Caller caller) {
    return caller.scopes().stream().sorted().toList();
  }
}
