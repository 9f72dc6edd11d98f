package io.orderflow.console;

import akka.NotUsed;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.security.Scopes;
import java.time.Duration;
import java.util.List;

/** {@code /ops/stream}: what changes, as server-sent events. */
public final class StreamRoutes extends Routes {

  private record Changes(List<Change> changes, boolean more) {}

  /** Writes server-sent events. Their ids are positions in the journal. */
  static final ChangeFeed.Writer WRITER = new ChangeFeed.Writer() {
    @Override
    public ByteString changes(String position, List<Change> changes, boolean more) {
      return event("changes", "id: " + position + "\n", new Changes(changes, more));
    }

    @Override
    public ByteString reset() {
      return event("reset", "", List.of());
    }

    @Override
    public ByteString overview(Object overview) {
      return event("overview", "", overview);
    }

    private ByteString event(String name, String id, Object data) {
      return ByteString.fromString(id + "event: " + name + "\ndata: ").concat(ByteString.fromArray(Json.bytes(data))).concat(END);
    }
  };

  private static final ByteString END = ByteString.fromString("\n\n");
  /** A comment. A connection on which nothing moves is closed. */
  private static final ByteString SIGN_OF_LIFE = ByteString.fromString(": \n\n");
  private static final Duration BETWEEN_SIGNS = Duration.ofSeconds(10);
  /** After that the watcher comes back, and shows its token again. */
  private static final Duration LIFE = Duration.ofMinutes(10);
  private static final Problem TOO_MANY = Problem.of(503, Problem.SERVICE_UNAVAILABLE, "too many consoles watch on this node");

  private final ChangeFeed feed;

  StreamRoutes(ChangeFeed feed) {
    this.feed = feed;
  }

  public Route routes() {
    return path(PathMatchers.segment("ops").slash("stream"), () -> get(Access.scope(Scopes.OPS_READ), caller -> extractRequest(request ->
        complete(feed.watch(request.getHeader("Last-Event-ID").map(HttpHeader::value)).map(StreamRoutes::stream).orElseGet(TOO_MANY::response)))));
  }

  private static HttpResponse stream(Source<ByteString, NotUsed> events) {
    Source<ByteString, NotUsed> kept = events.keepAlive(BETWEEN_SIGNS, () -> SIGN_OF_LIFE).takeWithin(LIFE);
    return HttpResponse.create().addHeader(RawHeader.create("Cache-Control", "no-store")).addHeader(RawHeader.create("X-Accel-Buffering", "no"))
        .withEntity(HttpEntities.createChunked(ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM), kept));
  }
}
