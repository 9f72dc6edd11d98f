package io.orderflow.gateway;

import akka.Done;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpProtocols;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.stage.AbstractInHandler;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import io.orderflow.http.wire.ResponseScanner;
import java.util.concurrent.CancellationException;

/**
 * One connection to a service instance. It carries one exchange at a time, any number in sequence, and can be aborted at any moment. Akka's
 * connection pool can't do that: an abandoned request keeps its connection there until the response arrives.
 */
final class Connection extends GraphStage<FlowShape<HttpResponse, HttpRequest>> implements ResponseScanner.Exchange {

  private final Inlet<HttpResponse> answers = Inlet.create("Connection.answers");
  private final Outlet<HttpRequest> requests = Outlet.create("Connection.requests");
  private final FlowShape<HttpResponse, HttpRequest> shape = FlowShape.of(answers, requests);
  private final Instance instance;
  private Logic logic;
  private Attempt current;
  private boolean closed;
  /** The method of the request whose response is awaited on the wire; null while none is. */
  private volatile String awaitedMethod;
  private volatile boolean spoiled;

  /** A new connection for this try. */
  Connection(Instance instance, Attempt first) {
    this.instance = instance;
    this.current = first;
  }

  /** Starts the next exchange; false if the connection is busy or closed. */
  boolean begin(Attempt attempt) {
    synchronized (this) {
      if (closed || current != null) {
        return false;
      }
      current = attempt;
    }
    // Set before the request is sent: afterwards the exchange may already be over and the connection may carry another.
    attempt.carriedBy(this);
    logic.begin.invoke(attempt);
    return true;
  }

  /** Closes the connection at once if it still carries that exchange. */
  void abort(Attempt attempt) {
    logic.abort.invoke(attempt);
  }

  /** Closes an idle connection. */
  void retire() {
    logic.retire.invoke(Done.getInstance());
  }

  @Override
  public String awaitedMethod() {
    return awaitedMethod;
  }

  @Override
  public void answered() {
    awaitedMethod = null;
  }

  @Override
  public void spoiled() {
    spoiled = true;
  }

  /**
   * Called when the response has been read to its end. The connection becomes idle, unless the request is still being sent or the service sent more
   * bytes than its response.
   */
  private void finished(Attempt attempt) {
    if (spoiled || !attempt.exchange().isSent()) {
      abort(attempt);
      return;
    }
    synchronized (this) {
      if (closed || current != attempt) {
        return;
      }
      current = null;
    }
    instance.idle(this);
  }

  private synchronized Attempt current() {
    return current;
  }

  private synchronized Attempt closed() {
    closed = true;
    Attempt last = current;
    current = null;
    return last;
  }

  @Override
  public FlowShape<HttpResponse, HttpRequest> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    logic = new Logic();
    return logic;
  }

  private final class Logic extends GraphStageLogic {

    private final AsyncCallback<Attempt> begin = createAsyncCallback(attempt -> send());
    private final AsyncCallback<Attempt> abort = createAsyncCallback(attempt -> {
      if (attempt == current()) {
        fail(new CancellationException("the exchange was aborted"));
      }
    });
    private final AsyncCallback<Done> retire = createAsyncCallback(done -> completeStage());
    private Attempt begun;
    private Attempt answered;
    private Throwable cause = new IllegalStateException("the service closed the connection");

    private Logic() {
      super(shape);
      setHandler(requests, new AbstractOutHandler() {
        @Override
        public void onPull() {
          send();
        }

        @Override
        public void onDownstreamFinish(Throwable reason) {
          // The other direction ends too and carries the cause. An idle connection has no exchange that needs it.
          if (current() == null) {
            completeStage();
          }
        }
      });
      setHandler(answers, new AbstractInHandler() {
        @Override
        public void onPush() {
          answer(grab(answers));
        }

        @Override
        public void onUpstreamFailure(Throwable failure) {
          fail(failure);
        }
      });
    }

    @Override
    public void preStart() {
      current().carriedBy(Connection.this);
      pull(answers);
    }

    @Override
    public void postStop() {
      Attempt last = closed();
      instance.closed(Connection.this);
      if (last != null && last != answered) {
        instance.lost(last, last == begun, cause);
      }
    }

    private void fail(Throwable failure) {
      cause = failure;
      failStage(failure);
    }

    private void send() {
      Attempt attempt = current();
      if (attempt != null && attempt != begun && isAvailable(requests)) {
        begun = attempt;
        awaitedMethod = attempt.exchange().request().method().name();
        push(requests, instance.requestOf(attempt.exchange()));
      }
    }

    private void answer(HttpResponse received) {
      Attempt attempt = current();
      if (attempt == null || attempt == answered) {
        fail(new IllegalStateException("the service sent an unsolicited response"));
        return;
      }
      tryPull(answers);
      instance.answered();
      boolean staysOpen = staysOpen(received);
      HttpResponse answer = ServiceMessages.fromService(received, attempt.exchange().request().method());
      Runnable read = () -> {
        if (staysOpen) {
          finished(attempt);
        }
      };
      boolean noMoreBytes = answer.entity() instanceof HttpEntity.Strict || !answer.status().allowsEntity()
          || attempt.exchange().request().method().equals(HttpMethods.HEAD);
      if (noMoreBytes) {
        read.run();
        attempt.answer(answer);
      } else if (!attempt.answer(answer.withProtocol(HttpProtocols.HTTP_1_1)
          .withEntity(Bodies.watched(answer.entity(), read, () -> abort(attempt))))) {
        abort(attempt);
      }
      answered = attempt;
    }
  }

  /** Whether another request may follow. Otherwise the stream ends by itself, and must get no request before it does. */
  private static boolean staysOpen(HttpResponse answer) {
    return answer.protocol().equals(HttpProtocols.HTTP_1_1) && !(answer.entity() instanceof HttpEntity.CloseDelimited)
        && Forwarding.connectionTokens(answer).stream().noneMatch("close"::equals);
  }
}
