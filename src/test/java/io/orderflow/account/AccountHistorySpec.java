package io.orderflow.account;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.stream.javadsl.Source;
import com.typesafe.config.ConfigFactory;
import io.orderflow.account.Account.Event;
import io.orderflow.kernel.Money;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The account at a time, from its events. */
class AccountHistorySpec {

  private static final ActorTestKit KIT = ActorTestKit.create(ConfigFactory.parseString("akka.actor.provider = local"));
  private static final Instant OPENED = Instant.parse("2026-01-31T12:00:00.000Z");

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @ParameterizedTest
  @CsvSource({"999, 1", "1000, 2", "1001, 2", "1999, 2", "2000, 3", "999999999, 3"})
  void the_last_event_that_is_not_later_counts(long millis, long sequence) throws Exception {
    assertThat(at(millis, opened(), deposited(1000), deposited(2000)).sequence()).isEqualTo(sequence);
  }

  @Test
  void before_it_was_opened_there_is_no_account() throws Exception {
    assertThat(at(-1, opened()).balance()).isNull();
  }

  @Test
  void of_events_at_the_same_time_all_count() throws Exception {
    assertThat(at(1000, opened(), deposited(1000), deposited(1000), deposited(1001)).balance().amount()).isEqualTo("2.00");
  }

  /** As when the account moved to a node whose clock is behind. */
  @Test
  void an_event_behind_a_later_one_counts_with_all_before_it() throws Exception {
    assertThat(at(1000, opened(), deposited(5000), deposited(1000), deposited(6000)).sequence()).isEqualTo(3);
  }

  @Test
  void nothing_is_read_of_what_came_long_after() throws Exception {
    AtomicInteger read = new AtomicInteger();
    Source<Event, ?> endless = Source.fromIterator(() -> Stream.iterate(0L, second -> second + 1)
        .map(second -> second == 0 ? opened() : deposited(second * 1000)).peek(event -> read.incrementAndGet()).iterator());
    assertThat(at(Duration.ofSeconds(100).toMillis(), endless).sequence()).isEqualTo(101);
    assertThat(read).hasValueLessThan(200);
  }

  private static Event opened() {
    return new Account.Opened("ada", "EUR", OPENED);
  }

  private static Event deposited(long millis) {
    return new Account.Deposited(Money.of(BigDecimal.ONE, "EUR"), null, OPENED.plusMillis(millis));
  }

  private static Account.State at(long millis, Event... events) throws Exception {
    return at(millis, Source.from(List.of(events)));
  }

  private static Account.State at(long millis, Source<Event, ?> events) throws Exception {
    return events.runWith(AccountHistory.stateAt(OPENED.plusMillis(millis)), KIT.system()).toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
