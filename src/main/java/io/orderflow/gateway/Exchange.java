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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request on its way to its answer: a future that is completed exactly once, by the service's answer, by a refusal or by the limit of
 * time, whichever is first; what comes later is thrown away and its connection freed.
 */
final class Exchange extends CompletableFuture<HttpResponse> {

  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  /** How much of a path is logged: a client may send 8 kB of it. */
  private static final int MAX_LOGGED_LENGTH = 200;

  private final ActorSystem<?> system;
  private final List<HttpHeader> ours = new ArrayList<>(4);
  private HttpRequest request;
  private RequestTarget target;
  private Duration limit;
  private volatile Cancellable timer;
  private volatile Connection connection;
  private volatile boolean sent;
  private volatile boolean repeated;

  Exchange(ActorSystem<?> system) {
    this.system = system;
  }

  /** Every answer to it, whoever gives it, carries the header. */
  void answersCarry(HttpHeader header) {
    ours.add(header);
  }

  /**
   * It sets out, once.
   *
   * @param request with the headers that the service is to see
   * @param limit how long its answer may take to begin, from when all of the request has been sent
   */
  void setOut(HttpRequest request, RequestTarget target, Duration limit) {
    this.request = request;
    this.target = target;
    this.limit = limit;
    if (atHand()) {
      sent();
    }
  }

  HttpRequest request() {
    return request;
  }

  RequestTarget target() {
    return target;
  }

  /** All of the request is with the service: from now on its time counts. */
  void sent() {
    if (sent) {
      return;
    }
    sent = true;
    timer = system.scheduler().scheduleOnce(limit, this::giveUp, system.executionContext());
    if (isDone()) {
      timer.cancel();
    }
  }

  /** Whether all of the request has left. */
  boolean hasBeenSent() {
    return sent;
  }

  /**
   * Whether it can be made once more without harm, asked each time it is lost: only once, only with a body that is still at hand, and only
   * when nothing of it can have reached the service or its method allows a repeat.
   */
  boolean mayTryAgain(boolean unsent) {
    boolean again = !repeated && atHand() && (unsent || request.method().isIdempotent());
    repeated = true;
    return again;
  }

  private boolean atHand() {
    return request.entity() instanceof HttpEntity.Strict;
  }

  /** It is this connection's now; one that comes too late is closed. */
  void carriedBy(Connection carrier) {
    connection = carrier;
    if (isDone()) {
      carrier.abort(this);
    }
  }

  /** The service's answer; false when nobody waits for it any more. */
  boolean answer(HttpResponse answer) {
    return end(Forwarding.toClient(answer, ours));
  }

  boolean refuse(Problem problem) {
    return end(Forwarding.toClient(problem.response(), ours));
  }

  /** Refuses it because of what went wrong inside, which only the log hears of. */
  void fail(Problem problem, Throwable cause) {
    if (refuse(problem)) {
      LOG.warn("{} {}{} got {}: {}", request.method().value(), SafeText.masked(target.service(), MAX_LOGGED_LENGTH),
          SafeText.masked(target.rest().split("\\?", 2)[0], MAX_LOGGED_LENGTH), problem.status(), cause.toString());
    }
  }

  /** The client broke off its body, or broke the framing of it. */
  void bodyBroken() {
    refuse(Problem.of(400, "MALFORMED_BODY", "the body is malformed, or not all of it came"));
  }

  /** Nobody waits any more, or nobody should: what is under way for it is torn off. */
  void giveUp() {
    breakOff(Problem.of(504, "SERVICE_TIMEOUT", "the service did not answer in time"));
  }

  /** Refuses it, and tears off what is under way for it. */
  void breakOff(Problem problem) {
    if (refuse(problem)) {
      Connection carrier = connection;
      if (carrier != null) {
        carrier.abort(this);
      }
    }
  }

  private boolean end(HttpResponse answer) {
    boolean first = complete(answer);
    Cancellable running = timer;
    if (first && running != null) {
      running.cancel();
    }
    return first;
  }
}
