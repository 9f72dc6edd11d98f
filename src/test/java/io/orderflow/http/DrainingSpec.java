package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.server.Route;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import io.orderflow.testkit.ShopClient;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DrainingSpec {

  private static final class Hello extends Routes {
    private Route routes() {
      return path("hello", () -> complete("hello"));
    }
  }

  @Test
  void a_request_that_comes_when_no_gateway_sends_any_more_is_refused_before_it_has_begun() throws Exception {
    ActorTestKit kit = ActorTestKit.create("draining", Configuration.over(ConfigFactory.parseString("akka.actor.provider = local")));
    try {
      Draining draining = Draining.of(kit.system());
      ShopClient client = new ShopClient("http://127.0.0.1:" + HttpServer.bind(kit.system(), "hello", "127.0.0.1", 0,
          draining.untilEnd(new Hello().routes())).toCompletableFuture().get(20, TimeUnit.SECONDS).localAddress().getPort());
      draining.begin();
      assertThat(client.get("/hello").status()).isEqualTo(200);
      draining.end();
      assertThat(client.get("/hello").expect(503).text("code")).isEqualTo(Problem.NODE_LEAVING);
    } finally {
      kit.shutdownTestKit();
    }
  }
}
