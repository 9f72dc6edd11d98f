package io.orderflow.bench.gateway;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.settings.ConnectionPoolSettings;
import akka.japi.function.Function;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.util.concurrent.CompletionStage;

/**
 * A bare proxy over Akka HTTP's own connection pool, without limits, headers, time limits or retries: what the gateway's own connections
 * are compared with; for {@code src/bench/gateway}.
 */
public final class PooledProxy {

  private PooledProxy() {}

  /** @param args the port and the service's URL */
  public static void main(String[] args) {
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench",
        Configuration.over(ConfigFactory.parseString("akka.actor.provider = local")));
    Http http = Http.get(system);
    ConnectionPoolSettings pool = ConnectionPoolSettings.create(system.classicSystem())
        .withMaxConnections(128).withMaxOpenRequests(1024).withPipeliningLimit(1);
    Function<HttpRequest, CompletionStage<HttpResponse>> proxy = request -> http.singleRequest(
        HttpRequest.create(args[1] + request.getUri().path().substring("/api/bench".length()))
            .withMethod(request.method()).withEntity(request.entity()),
        http.defaultClientHttpsContext(), pool, system.classicSystem().log());
    http.newServerAt("127.0.0.1", Integer.parseInt(args[0])).bind(proxy).toCompletableFuture().join();
  }
}
