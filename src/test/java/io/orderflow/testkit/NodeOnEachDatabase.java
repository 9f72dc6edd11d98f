package io.orderflow.testkit;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The base of specs that use a whole node over HTTP, as clients do, once on each database. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class NodeOnEachDatabase {

  private static final int CLIENTS = 16;

  @TempDir
  private static Path data;

  /** The clients' own threads, which may wait: the common pool belongs to the node in this JVM. */
  protected ExecutorService clients;
  protected TestNode node;
  protected ShopClient shop;

  @Parameter
  private TestDatabase database;
  private final String settings;

  /** @param settings of the node, over the defaults */
  protected NodeOnEachDatabase(String settings) {
    this.settings = settings;
  }

  @BeforeParameterizedClassInvocation
  void start() {
    clients = Executors.newFixedThreadPool(CLIENTS);
    node = TestNode.start(data.resolve(database.name()), database.fresh().withFallback(ConfigFactory.parseString(settings)));
    shop = node.shop();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    clients.shutdownNow();
    node.close();
  }

  /** A test may leave faults at the payment provider. */
  @AfterEach
  void endFaults() {
    node.provider().put("/faults", "{}").expect(200);
  }
}
