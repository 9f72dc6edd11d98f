package io.orderflow.testkit;

import akka.actor.typed.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.Node;
import io.orderflow.kernel.Configuration;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A whole node in this JVM, on free ports, with a folder of its own. */
public final class TestNode implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Set<Integer> GIVEN_PORTS = ConcurrentHashMap.newKeySet();
  private static final String[] PORTS = {"gateway", "ops", "services", "management", "remoting", "provider"};

  private final Config config;
  private ActorSystem<Void> system;

  private TestNode(Config config) {
    this.config = config;
  }

  /** Starts it and waits until it serves. It refuses no order for the delay of its work: specs share the machine with others. */
  public static TestNode start(Path data, Config settings) {
    TestNode node = new TestNode(Configuration.over(settings.withFallback(ConfigFactory.parseMap(freePorts())).withFallback(
        ConfigFactory.parseMap(Map.of("orderflow.data-dir", data.toString(), "orderflow.gateway.rate-limit.requests", 0,
            "orderflow.gateway.leave-after", "0s", "orderflow.http.admission-delay", "0s")))));
    node.start();
    return node;
  }

  /** A free port for each part of a node, by setting. */
  public static Map<String, Integer> freePorts() {
    Map<String, Integer> ports = new HashMap<>();
    for (String part : PORTS) {
      ports.put("orderflow." + part + ".port", freePort());
    }
    return ports;
  }

  /** Below those that the system gives to outgoing connections: one of them could take the port before the node does. None is returned twice. */
  private static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
      if (!GIVEN_PORTS.add(port)) {
        continue;
      }
      try (ServerSocket socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // The next one.
      }
    }
  }

  private void start() {
    try {
      system = Node.start(config).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception failure) {
      throw new IllegalStateException("the node did not start", failure);
    }
  }

  /** Shuts it down gracefully and starts it again on the same database. */
  public void restart() {
    close();
    start();
  }

  /** The node from inside, to do to its aggregates what no client can. */
  public ActorSystem<Void> system() {
    return system;
  }

  /** A client of the gateway, and of its port for operators. */
  public ShopClient shop() {
    return new ShopClient("http://127.0.0.1:" + port("gateway"), "http://127.0.0.1:" + port("ops"));
  }

  /** A client of the gateway's port for clients alone. */
  public ShopClient gateway() {
    return client("gateway");
  }

  /** A client of the services, past the gateway. */
  public ShopClient services() {
    return client("services");
  }

  /** A client of the payment provider's simulator. */
  public ShopClient provider() {
    return client("provider");
  }

  /** A client of the management port. */
  public ShopClient management() {
    return client("management");
  }

  private ShopClient client(String part) {
    return new ShopClient("http://127.0.0.1:" + port(part));
  }

  /** The port of a part: gateway, services, management, remoting or provider. */
  public int port(String part) {
    return config.getInt("orderflow." + part + ".port");
  }

  @Override
  public void close() {
    system.terminate();
    try {
      system.getWhenTerminated().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception failure) {
      throw new IllegalStateException("the node did not stop", failure);
    }
  }
}
