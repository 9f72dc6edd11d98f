package io.orderflow.console;

import static io.orderflow.testkit.ShopClient.card;
import static io.orderflow.testkit.ShopClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a console is told while it watches, over HTTP from a whole node. */
class ChangeStreamSpec {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir
  private Path data;
  private TestNode node;
  private ShopClient shop;

  /** A console that reads the stream until it is closed. */
  private final class Watcher implements AutoCloseable {

    private final InputStream body;
    private final HttpResponse<InputStream> answer;
    private final List<String> events = new CopyOnWriteArrayList<>();

    Watcher(String lastEventId) throws Exception {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port("ops") + "/ops/stream"));
      if (lastEventId != null) {
        request.header("Last-Event-ID", lastEventId);
      }
      answer = HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      body = answer.body();
      Thread reader = new Thread(this::read);
      reader.setDaemon(true);
      reader.start();
    }

    private void read() {
      StringBuilder text = new StringBuilder();
      byte[] buffer = new byte[8192];
      try {
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
          text.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
          for (int end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
            events.add(text.substring(0, end));
            text.delete(0, end + 2);
          }
        }
      } catch (IOException closed) {
        // By the spec.
      }
    }

    private void awaitTold(String part) {
      Awaitility.await(part).atMost(PATIENCE).until(() -> events.stream().anyMatch(event -> event.contains("event: changes") && event.contains(part)));
    }

    private List<String> ids() {
      List<String> ids = new ArrayList<>();
      events.stream().filter(event -> event.startsWith("id: ")).forEach(event -> ids.add(event.substring(4, event.indexOf('\n'))));
      return ids;
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  @BeforeEach
  void start() {
    node = TestNode.start(data, ConfigFactory.empty());
    shop = node.shop();
    shop.stock("tea", 50);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private String place() {
    String id = shop.ended(order("tea", 1, card("tok_1"), "DE")).text("orderId");
    return "\"type\":\"order\",\"id\":\"" + id + "\",\"state\":\"COMPLETED\"";
  }

  @Test
  void whoever_watches_is_told_what_changes_and_how_the_shop_does() throws Exception {
    try (Watcher first = new Watcher(null); Watcher second = new Watcher(null)) {
      assertThat(first.answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
      String placed = place();
      first.awaitTold(placed);
      second.awaitTold(placed);
      first.awaitTold("\"type\":\"product\",\"id\":\"tea\"");
      Awaitility.await().atMost(PATIENCE).until(() -> first.events.stream().anyMatch(event -> event.startsWith("event: overview\ndata: {\"at\":")
          && event.contains("\"CONFIRMED\":1")));
      assertThat(first.events).contains("event: reset\ndata: []");
    }
  }

  @Test
  void those_who_leave_keep_nothing_from_those_who_stay() throws Exception {
    List<Watcher> leaving = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      leaving.add(new Watcher(null));
    }
    try (Watcher staying = new Watcher(null)) {
      staying.awaitTold(place());
      for (Watcher watcher : leaving) {
        watcher.close();
      }
      staying.awaitTold(place());
    }
  }

  @Test
  void whoever_comes_back_is_told_what_was_missed_and_nothing_twice_that_was_not() throws Exception {
    String before;
    String last;
    try (Watcher watcher = new Watcher(null)) {
      before = place();
      watcher.awaitTold(before);
      // Its product is written soon after it.
      AtomicInteger told = new AtomicInteger(-1);
      Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> watcher.ids().size() == told.getAndSet(watcher.ids().size()));
      last = watcher.ids().get(watcher.ids().size() - 1);
    }
    String missed = place();
    try (Watcher again = new Watcher(last)) {
      again.awaitTold(missed);
      String next = place();
      again.awaitTold(next);
      assertThat(again.events).noneMatch(event -> event.contains("event: reset")).noneMatch(event -> event.contains(before));
    }
  }

  @Test
  void whoever_has_missed_too_much_or_says_nonsense_reads_everything_anew() throws Exception {
    place();
    for (String nonsense : new String[] {"x", "-", "1;2;3", "9".repeat(40)}) {
      try (Watcher watcher = new Watcher(nonsense)) {
        Awaitility.await(nonsense).atMost(PATIENCE).until(() -> watcher.events.contains("event: reset\ndata: []"));
      }
    }
  }
}
