package io.orderflow.projection;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.JsonFields;
import io.orderflow.http.Page;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.operators.OperatorActions;
import io.orderflow.operators.Reason;
import io.orderflow.security.Caller;
import io.orderflow.security.Scopes;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** {@code /ops/projections}: shows the projections' status and parked aggregates, rebuilds and resumes projections, retries and skips. */
public final class ProjectionRoutes extends Routes {

  /** A client's request to skip an event. */
  private record Skipping(OptionalLong sequence, String reason) {

    static Skipping read(JsonFields fields) {
      return new Skipping(fields.optionalInteger("sequence", 1, Integer.MAX_VALUE).map(OptionalLong::of).orElse(OptionalLong.empty()),
          fields.text("reason", MAX_REASON));
    }
  }

  private static final Access READERS = Access.scope(Scopes.OPS_READ);
  private static final Access WRITERS = Access.scope(Scopes.OPS_WRITE);
  private static final int MAX_REASON = 200;
  private static final int MAX_BY = 255;
  /** The characters of persistence ids. */
  private static final Pattern PERSISTENCE_ID = Pattern.compile("[\\x21-\\x7e]{1,255}");

  private final Projections projections;
  private final OperatorActions actions;

  public ProjectionRoutes(Projections projections, OperatorActions actions) {
    this.projections = projections;
    this.actions = actions;
  }

  public Route routes() {
    return pathPrefix("ops", () -> pathPrefix("projections", () -> concat(
        pathEnd(() -> get(READERS, caller -> answer(projections.statuses(), statuses -> Json.response(200, Map.of("projections", statuses))))),
        id("name", name -> concat(
            path("rebuild", () -> post(WRITERS, caller -> change(caller, "rebuild-view", name, projections::rebuild,
                Problem.of(409, "REBUILD_RUNNING", "the projection is being rebuilt already")))),
            path("resume", () -> post(WRITERS, caller -> change(caller, "resume-view", name, projections::resume,
                Problem.of(409, "NOT_STOPPED", "the projection has not stopped")))),
            pathPrefix("parked", () -> parked(name)))))));
  }

  private Route parked(String view) {
    return concat(
        pathEnd(() -> get(READERS, caller -> Page.parameters(page -> known(view, () -> answer(projections.parked().list(view, page),
            rows -> Page.response(page.answer("parked", rows, Parked::since, ParkedTable::listedBy))))))),
        pathPrefix(PathMatchers.segment(), aggregate -> concat(
            path("retry", () -> post(WRITERS, caller -> known(view, () -> parked(aggregate, () -> projections.parked().retry(view, aggregate))))),
            path("skip", () -> post(WRITERS, caller -> known(view, () -> extractRequest(request -> body(Skipping::read, skipping ->
                parked(aggregate, () -> projections.parked().skip(view, aggregate, skipping.sequence(),
                    new Skip(skipping.reason(), by(caller, request))))))))))));
  }

  private Route parked(String persistenceId, Supplier<CompletionStage<ParkedAggregates.Outcome>> call) {
    return PERSISTENCE_ID.matcher(persistenceId).matches() ? answer(call.get(), outcome -> Json.response(200, outcome))
        : complete(ParkedAggregates.NOT_PARKED.response());
  }

  /** The caller's subject; in open mode the addresses that the request came through, as the gateway recorded them. */
  private static String by(Caller caller, HttpRequest request) {
    String name = caller.isOpen() ? request.getHeader("X-Forwarded-For").map(HttpHeader::value).map(ErrorText::of).orElse("an unknown address")
        : ErrorText.of(caller.subject());
    return name.substring(0, Math.min(name.length(), MAX_BY));
  }

  private Route change(Caller caller, String action, String name, Function<String, CompletionStage<Optional<ProjectionStatus>>> change, Problem refusal) {
    return known(name, () -> extractRequest(request -> optionalBody(Reason::readOptional, new Reason(""), reason -> answer(
        actions.record(by(caller, request), action, name, reason.text(), () -> change.apply(name).thenApply(status -> status.orElseThrow(refusal::exception))),
        changed -> Json.response(202, changed)))));
  }

  private Route known(String view, Supplier<Route> inner) {
    return projections.knows(view) ? inner.get()
        : complete(Problem.of(404, "PROJECTION_NOT_FOUND", "there is no such projection").response());
  }
}
