package io.orderflow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.http.javadsl.model.HttpResponse;
import com.typesafe.config.ConfigFactory;
import io.orderflow.http.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The end of an exchange. */
class ExchangeSpec {

  private static final ActorTestKit KIT = ActorTestKit.create("exchange", ConfigFactory.parseString("akka.actor.provider = local"));
  private static final Problem PROBLEM = Problem.of(503, "SERVICE_UNAVAILABLE", "try again later");

  private final InFlight inFlight =
      new InFlight(ConfigFactory.parseString("max-in-flight = 1, max-arriving = 1, max-waiting = 1, max-operators = 1, hold.max = 1"));
  private final Exchange exchange = new Exchange(KIT.system(), "request-1");

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void a_permit_is_free_before_the_response_can_be_read() {
    InFlight.Permit permit = inFlight.tryAcquire(false, false, true);
    exchange.onEnd(answer -> permit.release());
    AtomicInteger inUse = new AtomicInteger(-1);
    // Registered last, as the server's own dependent is, so it runs first.
    exchange.thenRun(() -> inUse.set(inFlight.size()));

    exchange.answer(HttpResponse.create());
    assertThat(inUse).hasValue(0);
  }

  @Test
  void an_end_action_runs_once_with_the_first_response() {
    List<Integer> statuses = new ArrayList<>();
    exchange.onEnd(answer -> statuses.add(answer.status().intValue()));

    assertThat(exchange.reject(PROBLEM)).isTrue();
    assertThat(exchange.answer(HttpResponse.create())).isFalse();
    exchange.giveUp();
    assertThat(statuses).containsExactly(503);
    assertThat(exchange.join().status().intValue()).isEqualTo(503);
  }

  @Test
  void an_end_action_that_is_added_after_the_end_runs_at_once() {
    exchange.reject(PROBLEM);
    AtomicInteger status = new AtomicInteger();
    exchange.onEnd(answer -> status.set(answer.status().intValue()));
    assertThat(status).hasValue(503);
  }
}
