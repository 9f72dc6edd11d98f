package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is asked for one by one and done together. */
class BatcherSpec {

  private final List<List<Integer>> done = new ArrayList<>();
  /** Threads that the spec has run when it wants. */
  private final Queue<Runnable> threads = new ArrayDeque<>();

  @Test
  void what_comes_meanwhile_goes_together_in_its_order_within_the_weight() {
    Batcher<Integer> batches = batches(new Batcher.Limits(1, 10, 100));
    List.of(3, 3, 4, 1, 50, 2, 2).forEach(batches::offer);
    assertThat(threads).hasSize(1);
    threads.remove().run();
    assertThat(done).containsExactly(List.of(3, 3, 4), List.of(1), List.of(50), List.of(2, 2));
  }

  @Test
  void begins_at_once_while_fewer_are_under_way_than_may_be() {
    Batcher<Integer> batches = batches(new Batcher.Limits(2, 10, 100));
    batches.offer(1);
    batches.offer(2);
    batches.offer(3);
    assertThat(threads).hasSize(2);
    threads.remove().run();
    threads.remove().run();
    batches.offer(4);
    assertThat(threads).hasSize(1);
    threads.remove().run();
    assertThat(done).containsExactly(List.of(1, 2, 3), List.of(4));
  }

  @Test
  void refuses_what_would_wait_beyond_the_bound_and_takes_more_when_there_is_room() {
    Batcher<Integer> batches = batches(new Batcher.Limits(1, 10, 2));
    assertThat(batches.offer(1)).isTrue();
    assertThat(batches.offer(2)).isTrue();
    assertThat(batches.offer(3)).isFalse();
    threads.remove().run();
    assertThat(batches.offer(4)).isTrue();
    threads.remove().run();
    assertThat(done).containsExactly(List.of(1, 2), List.of(4));
  }

  @Test
  void closing_waits_for_what_was_taken_and_takes_no_more() throws Exception {
    Batcher<Integer> batches = batches(new Batcher.Limits(1, 1, 100));
    batches.offer(1);
    batches.offer(2);
    assertThat(batches.close(0)).isFalse();
    assertThat(batches.offer(3)).isFalse();
    CompletableFuture<Boolean> closed = CompletableFuture.supplyAsync(() -> batches.close(60));
    threads.remove().run();
    assertThat(closed.get(20, TimeUnit.SECONDS)).isTrue();
    assertThat(done).containsExactly(List.of(1), List.of(2));
  }

  @Test
  void nothing_is_left_or_done_twice_whoever_offers_and_however_many_are_under_way() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(6);
    try {
      AtomicInteger sum = new AtomicInteger();
      CountDownLatch all = new CountDownLatch(4 * 10_000);
      Batcher<Integer> batches = new Batcher<>(pool, new Batcher.Limits(2, 16, Integer.MAX_VALUE), one -> 1, batch -> batch.forEach(one -> {
        sum.addAndGet(one);
        all.countDown();
      }));
      for (int client = 0; client < 4; client++) {
        pool.execute(() -> {
          for (int i = 0; i < 10_000; i++) {
            batches.offer(1);
          }
        });
      }
      assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(batches.close(20)).isTrue();
      assertThat(sum).hasValue(40_000);
    } finally {
      pool.shutdownNow();
    }
  }

  private Batcher<Integer> batches(Batcher.Limits limits) {
    return new Batcher<>(threads::add, limits, one -> one, done::add);
  }
}
