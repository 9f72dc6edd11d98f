package io.orderflow;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.RawHeader;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warms the JVM up before its node joins a cluster. A complete copy of the node runs on loopback ports with an embedded database in a
 * temporary folder. A client places orders there and waits until they are confirmed. Then the copy is terminated and its folder is deleted.
 * This loads, and partly compiles, the classes that the first real requests need. The copy of a gateway without services forwards requests
 * to a simulator instead.
 *
 * <p>Only a node that joins others rehearses, because the others serve meanwhile. A single node starts sooner and serves its first requests
 * slowly.
 */
final class Rehearsal {

  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final String LOOPBACK = "127.0.0.1";
  /** The longest wait for the copy of the node to terminate. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  /** Concurrent requests: enough to use every thread. */
  private static final int AT_ONCE = 8;

  private static final Config COPY = ConfigFactory.parseString("""
      orderflow {
        bind = "127.0.0.1", host = "127.0.0.1", seed-nodes = "", discovery.service = "", end-after-standstill = 0s, archive.after = 0
        db { url = "", password-file = "", connections = 4 }
        tls { certificate = "", key = "", ca = "" }, remoting.tls { certificate = "", key = "", ca = "" }
        payment { url = "", authorization-file = "" }, encryption.keys-file = "", security.mode = off, ops { port = 0, bind = "127.0.0.1" }
        gateway { local-services = [], services-nodes = "", services-from-environment = "", rate-limit.requests = 0 }
      }
      akka.management.http.port = 0
      akka.remote.artery.canonical.port = 0
      akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off, run-by-actor-system-terminate = off }
      """);

  private static final String PRODUCT = "{\"name\":\"Tea\",\"price\":\"1.00\",\"currency\":\"EUR\"}";
  private static final String RESTOCK = "{\"quantity\":1000000}";
  private static final String ORDER = """
      {"customerId":"rehearsal","currency":"EUR","items":[{"sku":"tea","quantity":1,"unitPrice":"1.00"}],
       "payment":{"method":"card","token":"tok_visa"},
       "shippingAddress":{"name":"Ada","street":"1 Main St","city":"Berlin","postalCode":"10115","country":"DE"}}""";

  private final ActorSystem<Void> system;
  private final int requests;
  private final Semaphore permits = new Semaphore(AT_ONCE);
  private final AtomicInteger succeeded = new AtomicInteger();

  private Rehearsal(ActorSystem<Void> system, int requests) {
    this.system = system;
    this.requests = requests;
  }

  /**
   * Rehearses as {@code orderflow.rehearsal} configures, if the node joins others. Returns when the rehearsal has ended or its time limit
   * is reached. Never throws: after a failed rehearsal the node starts cold.
   *
   * @return the number of requests that succeeded
   */
  static int run(Config config) {
    int requests = config.getInt("orderflow.rehearsal.requests");
    boolean joinsOthers = !(config.getString("orderflow.seed-nodes").isEmpty() && config.getString("orderflow.discovery.service").isEmpty());
    if (requests == 0 || !joinsOthers) {
      return 0;
    }
    long began = System.nanoTime();
    try {
      int succeeded = now(config);
      LOG.info("Rehearsed with {} requests in {} ms", succeeded, (System.nanoTime() - began) / 1_000_000);
      return succeeded;
    } catch (Exception failure) {
      LOG.warn("The rehearsal failed: the node starts cold", failure);
      return 0;
    }
  }

  /**
   * Rehearses whether or not the node joins others.
   *
   * @return the number of requests that succeeded
   */
  static int now(Config config) throws Exception {
    return withoutLogging(() -> inTemporaryFolder(config));
  }

  @FunctionalInterface
  private interface Work {
    int run() throws Exception;
  }

  /** Suppresses all log lines: the copy's would be mistaken for the node's own. */
  private static int withoutLogging(Work work) throws Exception {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    TurboFilter nothing = new TurboFilter() {
      @Override
      public FilterReply decide(org.slf4j.Marker marker, ch.qos.logback.classic.Logger logger, ch.qos.logback.classic.Level level, String format,
          Object[] params, Throwable thrown) {
        return FilterReply.DENY;
      }
    };
    context.addTurboFilter(nothing);
    try {
      return work.run();
    } finally {
      context.getTurboFilterList().remove(nothing);
    }
  }

  private static int inTemporaryFolder(Config config) throws Exception {
    int requests = config.getInt("orderflow.rehearsal.requests");
    Path folder = Files.createTempDirectory("orderflow-rehearsal");
    long end = System.nanoTime() + config.getDuration("orderflow.rehearsal.limit").toNanos();
    String simulator = url(freePort());
    String services = url(freePort());
    String gateway = url(freePort());
    List<String> roles = Roles.of(config);
    Map<String, Object> overrides = Map.of("orderflow.data-dir", folder.toString(), "orderflow.roles",
        String.join(",", roles) + (roles.contains("simulator") ? "" : ",simulator"),
        "orderflow.provider.port", port(simulator), "orderflow.services.port", port(services), "orderflow.gateway.port", port(gateway),
        "orderflow.gateway.services", Map.of("orders", List.of(services + "/api/orders"), "products", List.of(services + "/api/products"),
            "simulator", List.of(simulator)));
    CompletableFuture<ActorSystem<Void>> node =
        Node.start(ConfigFactory.parseMap(overrides).withFallback(COPY).withFallback(config)).toCompletableFuture();
    try {
      Rehearsal rehearsal = new Rehearsal(node.get(left(end), TimeUnit.NANOSECONDS), requests);
      if (roles.contains("services")) {
        rehearsal.placeOrders((roles.contains("gateway") ? gateway : services) + "/api/", end);
      } else {
        rehearsal.forwardRequests(gateway + "/api/simulator/", end);
      }
      return rehearsal.succeeded.get();
    } finally {
      // A copy that starts after the time limit is terminated too. The node waits no longer than PATIENCE for it.
      node.thenCompose(started -> {
        started.terminate();
        return started.getWhenTerminated();
      }).whenComplete((done, failure) -> delete(folder)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException failure) {
      LOG.warn("The rehearsal's folder could not be deleted: {}", folder, failure);
    }
  }

  private static String url(int port) {
    return "http://" + LOOPBACK + ":" + port;
  }

  private static int port(String url) {
    return java.net.URI.create(url).getPort();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
      return socket.getLocalPort();
    }
  }

  private void placeOrders(String api, long end) throws InterruptedException {
    ask(HttpMethods.PUT, api + "products/tea", PRODUCT, end);
    awaitAll(end);
    ask(HttpMethods.POST, api + "products/tea/restocks", RESTOCK, end);
    awaitAll(end);
    for (int i = 0; i < requests; i++) {
      ask(HttpMethods.POST, api + "orders", ORDER, end);
    }
    awaitAll(end);
  }

  private void forwardRequests(String simulator, long end) throws InterruptedException {
    for (int i = 0; i < requests; i++) {
      ask(HttpMethods.GET, simulator + "calls", "", end);
      ask(HttpMethods.PUT, simulator + "faults", "{}", end);
    }
    awaitAll(end);
  }

  /** Sends a request as soon as fewer than {@link #AT_ONCE} are in flight. Sends nothing after the time limit. */
  private void ask(HttpMethod method, String url, String body, long end) throws InterruptedException {
    if (!permits.tryAcquire(left(end), TimeUnit.NANOSECONDS)) {
      return;
    }
    HttpRequest request = HttpRequest.create(url).withMethod(method).addHeader(RawHeader.create("Prefer", "wait=5"));
    Http.get(system).singleRequest(body.isEmpty() ? request : request.withEntity(ContentTypes.APPLICATION_JSON, body))
        .whenComplete((answer, failure) -> {
          if (failure == null) {
            succeeded.addAndGet(answer.status().isSuccess() ? 1 : 0);
            answer.discardEntityBytes(system);
          }
          permits.release();
        });
  }

  private void awaitAll(long end) throws InterruptedException {
    if (permits.tryAcquire(AT_ONCE, left(end), TimeUnit.NANOSECONDS)) {
      permits.release(AT_ONCE);
    }
  }

  private static long left(long end) {
    return Math.max(0, end - System.nanoTime());
  }
}
