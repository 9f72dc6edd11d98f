package io.orderflow.gateway;

import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import io.orderflow.http.Problem;
import io.orderflow.kernel.SafeText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its pending response. The future is completed exactly once: by the service's response, a rejection or the timeout, whichever comes
 * first. A later response is discarded and its connection freed.
 *
 * <p>Everything that the request holds is freed by {@link #onEnd}, never by a dependent of the future. Dependents run in reverse order of
 * registration, so the response would be sent first, and the client's next request could find the resource still in use.
 */
final class Exchange extends CompletableFuture<HttpResponse> {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  /** Characters of a path that are logged; a client may send 8 kB. */
  private static final int MAX_LOGGED_LENGTH = 200;

  private final ActorSystem<?> system;
  private final List<HttpHeader> responseHeaders = new ArrayList<>(4);
  /** Guarded by this exchange's monitor, as {@link #response} is when it is set. */
  private final List<Consumer<HttpResponse>> endActions = new ArrayList<>(2);
  private HttpRequest request;
  private RequestTarget target;
  private Duration limit;
  private volatile Cancellable timer;
  private volatile Connection connection;
  private volatile boolean sent;
  private volatile boolean repeated;
  /** The response of an ended exchange; null before. Set shortly before the future is completed. */
  private volatile HttpResponse response;

  Exchange(ActorSystem<?> system) {
    this.system = system;
  }

  /** Adds a header to the response, whether it comes from the service or from the gateway. */
  void addResponseHeader(HttpHeader header) {
    responseHeaders.add(header);
  }

  /** Runs the action exactly once: when the exchange ends, before the client can have the response; at once if the exchange has ended. */
  void onEnd(Consumer<HttpResponse> action) {
    synchronized (this) {
      if (response == null) {
        endActions.add(action);
        return;
      }
    }
    action.accept(response);
  }

  /** Whether the exchange has a response. */
  boolean hasEnded() {
    return response != null;
  }

  /**
   * Sets the request to send. Called once.
   *
   * @param request with the headers for the service
   * @param limit how long the response may take to begin, counted from the end of the request
   */
  void setRequest(HttpRequest request, RequestTarget target, Duration limit) {
    this.request = request;
    this.target = target;
    this.limit = limit;
    if (isInMemory()) {
      sent();
    }
  }

  HttpRequest request() {
    return request;
  }

  RequestTarget target() {
    return target;
  }

  /** Called when the whole request has been sent: the timeout starts. */
  void sent() {
    if (sent) {
      return;
    }
    sent = true;
    timer = system.scheduler().scheduleOnce(limit, this::giveUp, system.executionContext());
    if (hasEnded()) {
      timer.cancel();
    }
  }

  /** Whether the whole request has been sent. */
  boolean isSent() {
    return sent;
  }

  /**
   * Whether the request may be retried after its connection was lost; consulted at each loss. A request is retried at most once, only if its body is
   * in memory, and only if none of it can have reached the service or its method is idempotent.
   */
  boolean mayRetry(boolean unsent) {
    boolean retry = !repeated && isInMemory() && (unsent || request.method().isIdempotent());
    repeated = true;
    return retry;
  }

  private boolean isInMemory() {
    return request.entity() instanceof HttpEntity.Strict;
  }

  /** Sets the connection that carries the exchange. If the exchange has ended already, the connection is aborted. */
  void carriedBy(Connection carrier) {
    connection = carrier;
    if (hasEnded()) {
      carrier.abort(this);
    }
  }

  /** Ends the exchange with the service's response; false if it had ended already. */
  boolean answer(HttpResponse answer) {
    return end(Forwarding.toClient(answer, responseHeaders));
  }

  /** Ends the exchange with the problem; false if it had ended already. */
  boolean reject(Problem problem) {
    return end(Forwarding.toClient(problem.response(), responseHeaders));
  }

  /** Rejects the request because of an internal failure. Its cause goes to the log only. */
  void fail(Problem problem, Throwable cause) {
    if (reject(problem)) {
      LOG.warn("{} {}{} answered with {}: {}", request.method().value(), SafeText.masked(target.service(), MAX_LOGGED_LENGTH),
          SafeText.masked(target.rest().split("\\?", 2)[0], MAX_LOGGED_LENGTH), problem.status(), cause.toString());
    }
  }

  /** Called when the client disconnected within its body or sent malformed framing. */
  void bodyBroken() {
    reject(Problem.of(400, "MALFORMED_BODY", "the body is malformed or incomplete"));
  }

  /** Rejects the request with 504 and aborts its connection. Called at the timeout, and when the client disconnects. */
  void giveUp() {
    abort(Problem.of(504, "SERVICE_TIMEOUT", "the service did not answer in time"));
  }

  /** Rejects the request and aborts its connection. */
  void abort(Problem problem) {
    if (reject(problem)) {
      Connection carrier = connection;
      if (carrier != null) {
        carrier.abort(this);
      }
    }
  }

  private boolean end(HttpResponse answer) {
    synchronized (this) {
      if (response != null) {
        return false;
      }
      response = answer;
    }
    // No action is added from here on.
    endActions.forEach(action -> action.accept(answer));
    Cancellable running = timer;
    if (running != null) {
      running.cancel();
    }
    return complete(answer);
  }
}
