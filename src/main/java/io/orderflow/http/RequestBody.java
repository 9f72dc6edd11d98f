package io.orderflow.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.RequestEntity;
import akka.japi.function.Function;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads request bodies to their end. A response sent earlier costs the client its connection (RFC 9112, section 9.6), and the reset that closes it
 * may destroy the response. A few unread bytes suffice, since many clients send the body separately from the headers.
 */
public final class RequestBody {

  /** Bytes that are read before a request is rejected. A client that sends more may lose its connection before it has the response. */
  private static final int MAX_READ_BYTES = 1024 * 1024;
  /** Time for a client to send its body. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private RequestBody() {}

  /** Wraps the handler so that its responses wait for the end of bodies that it did not read, within the limits. */
  public static Function<HttpRequest, CompletionStage<HttpResponse>> readBeforeAnswer(
      Function<HttpRequest, CompletionStage<HttpResponse>> handler, ActorSystem<?> system) {
    Materializer materializer = SystemMaterializer.get(system).materializer();
    return request -> {
      // A client with Expect has not sent its body yet: the response replaces 100 Continue.
      if (request.entity() instanceof HttpEntity.Strict || request.getHeader("Expect").isPresent()) {
        return handler.apply(request);
      }
      AtomicBoolean consumed = new AtomicBoolean();
      RequestEntity body = request.entity();
      return handler.apply(request.withEntity(marking(body, consumed))).thenCompose(answer -> consumed.get()
          ? CompletableFuture.completedFuture(answer)
          : bounded(body).runWith(Sink.ignore(), materializer).handle((done, failure) -> answer));
    };
  }

  /**
   * The body, or the first part of it beyond the bound: the rest is read but not kept.
   *
   * @return fails with a {@link java.util.concurrent.TimeoutException} if the body does not arrive in time, and with an
   *     {@link akka.http.scaladsl.model.EntityStreamSizeException} if it is too large even to be read
   */
  static CompletionStage<ByteString> read(RequestEntity body, int bound, Materializer materializer) {
    return bounded(body).runFold(ByteString.emptyByteString(), (data, part) -> data.size() > bound ? data : data.concat(part), materializer);
  }

  private static Source<ByteString, Object> bounded(RequestEntity body) {
    return body.withSizeLimit(MAX_READ_BYTES).getDataBytes().completionTimeout(TIMEOUT);
  }

  private static RequestEntity marking(RequestEntity body, AtomicBoolean consumed) {
    Source<ByteString, Object> bytes = body.getDataBytes().mapMaterializedValue(value -> {
      consumed.set(true);
      return value;
    });
    return body instanceof HttpEntity.Default sized
        ? HttpEntities.create(body.getContentType(), sized.getContentLengthOption().getAsLong(), bytes)
        : HttpEntities.createChunked(body.getContentType(), bytes);
  }
}
