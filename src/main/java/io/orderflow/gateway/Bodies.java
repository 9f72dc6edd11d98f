package io.orderflow.gateway;

import akka.NotUsed;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.RequestEntity;
import akka.http.javadsl.model.ResponseEntity;
import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.javadsl.Flow;
import akka.stream.stage.AbstractInOutHandler;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import akka.util.ByteString;

/** Bodies on their way through: never kept, only as much of them in memory as one side has sent and the other not yet taken. */
final class Bodies {

  private Bodies() {}

  /**
   * The answer's body with someone told how it ends.
   *
   * @param read when all of it has come
   * @param broken when it failed or the client went away
   */
  static ResponseEntity watched(ResponseEntity body, Runnable read, Runnable broken) {
    Flow<ByteString, ByteString, NotUsed> watch = watch(read, broken);
    if (body instanceof HttpEntity.Default sized) {
      return HttpEntities.create(sized.getContentType(), sized.getContentLengthOption().getAsLong(), sized.getDataBytes().via(watch));
    }
    // In chunks also what a service ends by closing: so a client can tell a whole answer from a torn one.
    return HttpEntities.createChunked(body.getContentType(), body.getDataBytes().via(watch));
  }

  /** Passes bytes on and tells how they ended. */
  static Flow<ByteString, ByteString, NotUsed> watch(Runnable whole, Runnable broken) {
    return Flow.fromGraph(new Watched(Long.MAX_VALUE, whole, broken, () -> {}));
  }

  /**
   * The request's body with someone told how it ends.
   *
   * @param sent when all of it has been sent
   * @param malformed when the client broke off, or broke its framing
   */
  static RequestEntity watched(RequestEntity body, Runnable sent, Runnable malformed) {
    if (body instanceof HttpEntity.Default sized) {
      return HttpEntities.create(sized.getContentType(), sized.getContentLengthOption().getAsLong(),
          sized.getDataBytes().via(Flow.fromGraph(new Watched(sized.getContentLengthOption().getAsLong(), sent, () -> {}, malformed))));
    }
    return HttpEntities.createChunked(body.getContentType(),
        body.getDataBytes().via(Flow.fromGraph(new Watched(Long.MAX_VALUE, sent, () -> {}, malformed))));
  }

  /**
   * Passes bytes on and tells how they ended. The part that makes the length full waits for the end to be seen: the service can't answer
   * before, and an answer to a request whose end our server has not seen yet would cost the client its connection.
   */
  private static final class Watched extends GraphStage<FlowShape<ByteString, ByteString>> {

    private final Inlet<ByteString> in = Inlet.create("Watched.in");
    private final Outlet<ByteString> out = Outlet.create("Watched.out");
    private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
    private final long length;
    private final Runnable whole;
    private final Runnable broken;
    private final Runnable failed;

    private Watched(long length, Runnable whole, Runnable broken, Runnable failed) {
      this.failed = failed;
      this.length = length;
      this.whole = whole;
      this.broken = broken;
    }

    @Override
    public FlowShape<ByteString, ByteString> shape() {
      return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
      return new GraphStageLogic(shape) {
        private long passed;
        private ByteString last;
        private boolean ended;

        {
          setHandlers(in, out, new AbstractInOutHandler() {
            @Override
            public void onPush() {
              ByteString part = grab(in);
              passed += part.size();
              if (passed < length) {
                push(out, part);
              } else {
                last = part;
                pull(in);
              }
            }

            @Override
            public void onPull() {
              pull(in);
            }

            @Override
            public void onUpstreamFailure(Throwable failure) {
              failed.run();
              failStage(failure);
            }

            @Override
            public void onUpstreamFinish() {
              ended = true;
              whole.run();
              if (last != null) {
                emit(out, last, () -> completeStage());
              } else {
                completeStage();
              }
            }
          });
        }

        @Override
        public void postStop() {
          if (!ended) {
            broken.run();
          }
        }
      };
    }
  }
}
