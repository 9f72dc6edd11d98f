package io.orderflow.gateway;

import akka.actor.Cancellable;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import io.orderflow.http.Problem;
import io.orderflow.http.RequestId;
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
  private final String id;
  private final List<HttpHeader> responseHeaders = new ArrayList<>(4);
  /** Guarded by this exchange's monitor, as {@link #response} is when it is set. */
  private final List<Consumer<HttpResponse>> endActions = new ArrayList<>(2);
  private HttpRequest request;
  private RequestTarget target;
  private Duration limit;
  private Duration patience;
  private Tries tries;
  private volatile Cancellable timer;
  private volatile long deadline;
  private volatile boolean sent;
  /** The response of an ended exchange; null before. Set shortly before the future is completed. */
  private volatile HttpResponse response;

  /** @param id the request's, for the client */
  Exchange(ActorSystem<?> system, String id) {
    this.system = system;
    this.id = id;
    responseHeaders.add(RawHeader.create(RequestId.HEADER, id));
  }

  /** The request's id. */
  String id() {
    return id;
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
   * Sends the request. Called once.
   *
   * @param request with the headers for the service
   * @param wait how long the client prefers to wait ({@code Prefer: wait}): for so long, silence means nothing
   * @param timeout how much longer the response may take to begin, counted from the end of the request
   */
  void begin(HttpRequest request, RequestTarget target, Duration wait, Duration timeout, Tries tries) {
    this.request = request;
    this.target = target;
    this.limit = wait.plus(timeout);
    this.patience = wait.plus(tries.silence(timeout));
    synchronized (this) {
      this.tries = tries;
    }
    if (isInMemory()) {
      sent();
    }
    tries.begin();
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
    deadline = System.nanoTime() + limit.toNanos();
    sent = true;
    startTimer(patience);
  }

  private void startTimer(Duration delay) {
    timer = system.scheduler().scheduleOnce(delay, this::due, system.executionContext());
    if (hasEnded()) {
      timer.cancel();
    }
  }

  private void due() {
    Duration left = timeLeft();
    if (left.compareTo(Duration.ZERO) <= 0) {
      tries.timeIsUp();
    } else if (!hasEnded()) {
      tries.silent();
      startTimer(tries.silence(left));
    }
  }

  /** The time until the limit; negative after it. */
  Duration timeLeft() {
    return sent ? Duration.ofNanos(deadline - System.nanoTime()) : limit;
  }

  /** Whether the whole request has been sent. */
  boolean isSent() {
    return sent;
  }

  /** Whether the whole request is in memory, so that it can be sent again. */
  boolean isInMemory() {
    return request.entity() instanceof HttpEntity.Strict;
  }

  /** Ends the exchange with the service's response; false if it had ended already. */
  boolean answer(HttpResponse answer) {
    return answer(answer, null);
  }

  /** Ends the exchange with the response of that try, which goes on until its body is read. All others are aborted. */
  boolean answer(HttpResponse answer, Attempt winner) {
    return end(Forwarding.toClient(answer, responseHeaders), winner);
  }

  /** Ends the exchange with the problem and aborts its tries; false if it had ended already. */
  boolean reject(Problem problem) {
    return end(Forwarding.toClient(problem.response(id), responseHeaders), null);
  }

  /** Rejects the request because of an internal failure. Its cause goes to the log only. */
  void fail(Problem problem, Throwable cause) {
    if (reject(problem)) {
      LOG.warn("Request {}: {} {}{} answered with {}: {}", id, request.method().value(), SafeText.masked(target.service(), MAX_LOGGED_LENGTH),
          SafeText.masked(target.rest().split("\\?", 2)[0], MAX_LOGGED_LENGTH), problem.status(), cause.toString());
    }
  }

  /** Called when the client disconnected within its body or sent malformed framing. */
  void bodyBroken() {
    reject(Problem.of(400, "MALFORMED_BODY", "the body is malformed or incomplete"));
  }

  /** Rejects the request with 504. Called at the timeout, and when the client disconnects. */
  void giveUp() {
    reject(Problem.of(504, "SERVICE_TIMEOUT", "the service did not answer in time"));
  }

  private boolean end(HttpResponse answer, Attempt winner) {
    Tries made;
    synchronized (this) {
      if (response != null) {
        return false;
      }
      response = answer;
      made = tries;
    }
    // No action is added from here on.
    endActions.forEach(action -> action.accept(answer));
    Cancellable running = timer;
    if (running != null) {
      running.cancel();
    }
    if (made != null) {
      made.end(winner);
    }
    return complete(answer);
  }
}
