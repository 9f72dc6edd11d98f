package io.orderflow.gateway;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawRequestURI;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A service with addresses of its own, reached over HTTP, its instances in turn. */
final class OutsideService implements Service {

  private final ActorSystem<?> system;
  private final List<URI> instances;
  private final AtomicInteger turn = new AtomicInteger();

  OutsideService(ActorSystem<?> system, List<URI> instances) {
    this.system = system;
    this.instances = instances;
  }

  @Override
  public CompletionStage<HttpResponse> call(HttpRequest request, RequestTarget target) {
    URI instance = instances.get(Math.floorMod(turn.getAndIncrement(), instances.size()));
    List<HttpHeader> headers = new ArrayList<>();
    headers.add(RawRequestURI.create(basePath(instance) + target.rest()));
    request.getHeaders().forEach(headers::add);
    return Http.get(system).singleRequest(request.withUri(instance.toString()).withHeaders(headers));
  }

  private static String basePath(URI instance) {
    String path = instance.getRawPath();
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
