package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.DispatcherSelector;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Route;
import com.typesafe.config.ConfigFactory;
import io.orderflow.kernel.Configuration;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AdmissionSpec {

  private static final ActorTestKit KIT = ActorTestKit.create("admission", Configuration.over(
      ConfigFactory.parseString("akka.actor.provider = local, orderflow.http.admission-delay = 20ms")));
  private static final Executor DISPATCHER = KIT.system().dispatchers().lookup(DispatcherSelector.defaultDispatcher());
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A path for work that needs admission, and one for work that doesn't. */
  private static final class Work extends Routes {
    private Route routes() {
      return concat(path("orders", () -> admitted(() -> complete("done"))), path("reads", () -> complete("done")));
    }
  }

  private static final Route ROUTES = new Work().routes();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static HttpResponse send(String path) throws Exception {
    return ROUTES.function(KIT.system()).apply(HttpRequest.POST(path)).toCompletableFuture().join();
  }

  /** As many tasks in each thread's queue that a new one waits for a multiple of the target. */
  private static void crowd(AtomicBoolean on) {
    for (int i = 0; i < 1_000; i++) {
      DISPATCHER.execute(new Runnable() {
        @Override
        public void run() {
          LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
          if (on.get()) {
            DISPATCHER.execute(this);
          }
        }
      });
    }
  }

  @Test
  void work_that_waits_for_a_thread_too_long_has_further_work_refused_until_it_does_not() throws Exception {
    Admission admission = Admission.of(KIT.system());
    assertThat(send("/orders").status().intValue()).isEqualTo(200);

    AtomicBoolean crowded = new AtomicBoolean(true);
    crowd(crowded);
    Awaitility.await().atMost(PATIENCE).until(() -> admission.refusedShare() == 1);
    HttpResponse refusal = send("/orders");
    assertThat(refusal.status().intValue()).isEqualTo(503);
    assertThat(refusal.getHeader("Retry-After")).hasValueSatisfying(seconds -> assertThat(seconds.value()).isEqualTo("1"));
    assertThat(send("/reads").status().intValue()).isEqualTo(200);

    crowded.set(false);
    Awaitility.await().atMost(PATIENCE).until(admission::admits);
    Awaitility.await().atMost(PATIENCE).until(() -> send("/orders").status().intValue() == 200);
  }
}
