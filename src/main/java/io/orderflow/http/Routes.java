package io.orderflow.http;

import akka.actor.typed.javadsl.Adapter;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.ExceptionHandler;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.RejectionHandler;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.server.directives.RouteAdapter;
import akka.http.scaladsl.model.EntityStreamSizeException;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Precondition;
import io.orderflow.kernel.Rejection;
import io.orderflow.security.Authenticator;
import io.orderflow.security.Caller;
import io.orderflow.security.Denied;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.compat.java8.FutureConverters;
import scala.concurrent.Future;
import scala.util.Try;

/** The directives common to all services' routes: strict bodies, ids in paths, responses and problems. */
public abstract class Routes extends AllDirectives {

  /** The largest request body in bytes; larger ones get 413. An order of 100 items takes a tenth of it. */
  public static final int MAX_BODY_BYTES = 64 * 1024;
  private static final Problem OVERLOADED = Problem.of(503, "BUSY", "there are more orders than can be handled now; nothing was done");
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

  /** The routes with every rejection and exception converted to a problem, ready to be bound. */
  public static Route sealed(Route routes) {
    RejectionHandler rejections = RejectionHandler.defaultHandler().mapRejectionResponse(Routes::asProblem);
    ExceptionHandler exceptions = ExceptionHandler.newBuilder()
        .matchAny(failure -> new Answers().complete(problemOf(failure))).build();
    // HEAD is handled as GET; the server omits the body.
    return Audit.audited(completed(asGet(routes.seal(rejections, exceptions))));
  }

  /** The routes with headers for browsers, and with what a response tells of its request: its id in every problem, the link to a list's next page. */
  private static Route completed(Route routes) {
    return new Answers().extractRequest(request -> new Answers().mapResponse(response ->
        SecurityHeaders.on(NextPage.linked(Problem.identified(response, request), request)), () -> routes));
  }

  private static Route asGet(Route routes) {
    return new Answers().mapRequest(request -> request.method().equals(HttpMethods.HEAD) ? request.withMethod(HttpMethods.GET) : request,
        () -> routes);
  }

  private static final class Answers extends AllDirectives {}

  /** GET for those who may. */
  protected final Route get(Access access, Function<Caller, Route> inner) {
    return get(() -> authorized(access, inner));
  }

  /** POST for those who may. */
  protected final Route post(Access access, Function<Caller, Route> inner) {
    return post(() -> authorized(access, inner));
  }

  /** PUT for those who may. */
  protected final Route put(Access access, Function<Caller, Route> inner) {
    return put(() -> authorized(access, inner));
  }

  /** DELETE for those who may. */
  protected final Route delete(Access access, Function<Caller, Route> inner) {
    return delete(() -> authorized(access, inner));
  }

  /** Any method for those who may. */
  protected final Route any(Access access, Function<Caller, Route> inner) {
    return authorized(access, inner);
  }

  private Route authorized(Access access, Function<Caller, Route> inner) {
    if (!access.needsToken()) {
      return inner.apply(Caller.ANONYMOUS);
    }
    return extractActorSystem(system -> extractRequest(request -> {
      CompletableFuture<Caller> caller = Authenticator.of(system).authenticate(authorization(request));
      // Without the callback that a stage would need: nearly every token has been verified before.
      return caller.isDone() && !caller.isCompletedExceptionally() ? scoped(access, request, caller.join(), inner)
          : after(caller, known -> scoped(access, request, known, inner));
    }));
  }

  private Route scoped(Access access, HttpRequest request, Caller caller, Function<Caller, Route> inner) {
    Audit.sentBy(request, caller, access.scope());
    return access.scope() == null || caller.has(access.scope()) ? inner.apply(caller)
        : complete(Problem.of(Denied.needs(access.scope())).response());
  }

  /** The request's {@code Authorization}; null if it has none. */
  public static String authorization(HttpRequest request) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is("authorization")) {
        return header.value();
      }
    }
    return null;
  }

  /**
   * Continues if the caller owns it or has the scope that covers everybody's. Otherwise it does not exist for the caller, which counts as a denied
   * attempt, whether it exists or not: else the number of attempts would tell.
   */
  protected final Route own(Ownership ownership, Caller caller, String id, Supplier<Route> inner) {
    if (caller.has(ownership.scope())) {
      return inner.get();
    }
    return extractActorSystem(system -> {
      Authenticator authenticator = Authenticator.of(system);
      Optional<Denied> denied = authenticator.mayTry(caller);
      return denied.isPresent() ? complete(Problem.of(denied.get()).response()) : whenEnded(ownership.ownerOf().apply(id), owner -> {
        if (owner.isFailure() && !Rejection.isNotFound(owner.failed().get())) {
          return complete(problemOf(owner.failed().get()));
        }
        if (owner.isSuccess() && caller.mayActFor(owner.get(), ownership.scope())) {
          return inner.get();
        }
        authenticator.tried(caller);
        return extractRequest(request -> {
          Audit.denied(request);
          return complete(Problem.of(ownership.others()).response());
        });
      });
    });
  }

  /** Continues if this node can take on more work that goes on after the answer, such as an order's saga; 503 otherwise ({@link Admission}). */
  protected final Route admitted(Supplier<Route> inner) {
    return extractActorSystem(system -> Admission.of(Adapter.toTyped(system)).admits() ? inner.get() : complete(OVERLOADED.response()));
  }

  /** Reads the whole body as JSON and continues with the reader's result. */
  protected final <T> Route body(Function<JsonFields, T> reader, Function<T, Route> inner) {
    return extractRequest(request -> {
      RequestEntity entity = request.entity();
      if (isEncoded(request)) {
        return complete(Problem.of(415, "UNSUPPORTED_MEDIA_TYPE", "the body must not be compressed or otherwise encoded").response()
            .addHeader(RawHeader.create("Accept-Encoding", "identity")));
      }
      if (!isJson(entity.getContentType()) && !entity.isKnownEmpty()) {
        return complete(Problem.of(415, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json").response());
      }
      if (entity instanceof HttpEntity.Strict strict && strict.getData().size() <= MAX_BODY_BYTES) {
        return inner.apply(Json.read(strict.getData(), reader));
      }
      return extractMaterializer(materializer -> whenEnded(RequestBody.read(entity, MAX_BODY_BYTES, materializer), read -> {
        if (read.isFailure()) {
          return complete(problemOfBody(read.failed().get()));
        }
        return read.get().size() > MAX_BODY_BYTES ? complete(tooLarge()) : inner.apply(Json.read(read.get(), reader));
      }));
    });
  }

  /** The same for a request that may have no body: then it continues with the other value. */
  protected final <T> Route optionalBody(Function<JsonFields, T> reader, T without, Function<T, Route> inner) {
    return extractRequest(request -> request.entity().isKnownEmpty() ? inner.apply(without) : body(reader, inner));
  }

  /** Matches a path segment that is an id and continues with it; 400 if it is not a valid id. */
  protected final Route id(String name, Function<String, Route> inner) {
    return pathPrefix(PathMatchers.segment(), text -> Ids.valid(text) ? inner.apply(text)
        : complete(Problem.field("INVALID_FIELD", name, "must match " + Ids.FORM).response()));
  }

  /** Responds with the stage's result, or with the problem for its failure. */
  protected final <T> Route answer(CompletionStage<T> stage, Function<T, HttpResponse> response) {
    return after(stage, value -> complete(response.apply(value)));
  }

  /** Continues with the stage's result, or responds with the problem for its failure. */
  protected final <T> Route after(CompletionStage<T> stage, Function<T, Route> inner) {
    return whenEnded(stage, outcome -> outcome.isSuccess() ? inner.apply(outcome.get())
        : complete(problemOf(outcome.failed().get())));
  }

  /** Continues with the stage's outcome, like Akka's {@code onComplete} but without a switch to a thread of another pool. */
  protected final <T> Route whenEnded(CompletionStage<T> stage, Function<Try<T>, Route> inner) {
    Future<T> future = FutureConverters.toScala(stage);
    return RouteAdapter.asJava(context ->
        future.transformWith(outcome -> inner.apply(outcome).asScala().apply(context), context.executionContext()));
  }

  /** Continues with the condition in {@code If-Match}, null for none; 400 if it is malformed. */
  protected final Route ifMatch(Function<Precondition, Route> inner) {
    return extractRequest(request -> inner.apply(EntityTags.ifMatch(request).orElse(null)));
  }

  /**
   * The request's {@code Idempotency-Key}, where all callers share their keys.
   *
   * @throws ProblemException 400 if it is malformed
   */
  protected static Optional<String> idempotencyKey(HttpRequest request) {
    return RequestKey.text(request);
  }

  /** Continues with the request's {@code Idempotency-Key}; 400 if it is malformed. */
  protected final Route keyed(Caller caller, Function<Optional<RequestKey>, Route> inner) {
    return extractRequest(request -> inner.apply(RequestKey.of(request, caller)));
  }

  private static boolean isEncoded(HttpRequest request) {
    for (HttpHeader header : request.getHeaders()) {
      if (header.is("content-encoding")) {
        for (String coding : header.value().split(",")) {
          if (!coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static boolean isJson(ContentType type) {
    String subType = type.mediaType().subType().toLowerCase(Locale.ROOT);
    return type.mediaType().mainType().equalsIgnoreCase("application") && (subType.equals("json") || subType.endsWith("+json"));
  }

  private static HttpResponse problemOf(Throwable failure) {
    Problem problem = Problem.of(failure);
    if (problem.status() == 500) {
      LOG.error("A request failed with an unexpected error", failure);
    }
    return problem.response();
  }

  private static HttpResponse problemOfBody(Throwable failure) {
    if (failure instanceof EntityStreamSizeException) {
      return tooLarge();
    }
    if (failure instanceof TimeoutException) {
      return Problem.of(408, "BODY_TIMEOUT", "the body did not arrive in time").response();
    }
    return Problem.of(400, "MALFORMED_BODY", "the body could not be read").response();
  }

  private static HttpResponse tooLarge() {
    return Problem.of(413, "BODY_TOO_LARGE", "the body must have at most " + MAX_BODY_BYTES + " bytes").response();
  }

  private static HttpResponse asProblem(HttpResponse rejection) {
    int status = rejection.status().intValue();
    Problem problem = switch (status) {
      case 404 -> Problem.NOTHING_HERE;
      case 405 -> Problem.of(405, "METHOD_NOT_ALLOWED", "the method is not allowed for this path");
      case 413 -> Problem.of(413, "BODY_TOO_LARGE", "the body is too large");
      case 415 -> Problem.of(415, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json");
      default -> Problem.of(status, "BAD_REQUEST", "the request is invalid");
    };
    return problem.response().addHeaders(allowingHead(rejection.getHeaders()));
  }

  /** Adds HEAD to {@code Allow} where GET is allowed, since every GET also accepts HEAD. */
  private static List<HttpHeader> allowingHead(Iterable<HttpHeader> headers) {
    List<HttpHeader> all = new ArrayList<>();
    for (HttpHeader header : headers) {
      List<String> methods = Arrays.asList(header.value().split("\\s*,\\s*"));
      all.add(header.is("allow") && methods.contains("GET") && !methods.contains("HEAD")
          ? RawHeader.create(header.name(), header.value() + ", HEAD") : header);
    }
    return all;
  }
}
