package io.orderflow.bench;

import akka.actor.ActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.Serializers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.orderflow.account.Account;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Configuration;
import io.orderflow.kernel.Money;
import io.orderflow.order.Order;
import io.orderflow.order.PlacedOrder;
import io.orderflow.payment.PaymentEvent;
import io.orderflow.payment.PaymentMethod;
import io.orderflow.product.Inventory;
import io.orderflow.product.Product;
import io.orderflow.saga.SagaEvent;
import io.orderflow.saga.SagaStatus;
import io.orderflow.saga.StepRecord;
import io.orderflow.shipping.Address;
import io.orderflow.shipping.Shipment;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Writing and reading each type of event that an order leaves in the journal, and an account's, as the journal does it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventSerialisationBenchmark {

  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.123456Z");
  private static final Money PRICE = new Money(350, "EUR");
  private static final Address ADDRESS = new Address("Ada", "1 Main St", "Berlin", "10115", "DE");
  private static final PaymentMethod CARD = new PaymentMethod.Card("tok_visa");
  private static final PlacedOrder PLACED = new PlacedOrder("ada", List.of(new Inventory.Item("tea", 2, PRICE)), new Money(700, "EUR"), CARD,
      ADDRESS);
  private static final String ORDER = "e56477e4-818a-3333-b281-1468467bb491";

  @Param({"Saga.Started", "Saga.StepCompleted", "Order.Created", "Order.Confirmed", "Product.Reserved", "Product.ReservationShipped",
      "Payment.Charged", "Shipment.Created", "Account.Deposited", "Account.Withdrawn"})
  private String event;

  private ActorSystem system;
  private Serialization serialization;
  private CborSerializable written;
  private byte[] bytes;
  private int serializer;
  private String manifest;

  /** Sets the event up, and says once how long it is. */
  @Setup
  public void start() {
    system = ActorSystem.create("bench", Configuration.over(ConfigFactory.parseString("akka.actor.provider = local")));
    serialization = SerializationExtension.get(system);
    written = switch (event) {
      case "Saga.Started" -> new SagaEvent.Started(json(PLACED), new SagaEvent.Begins(StepRecord.Kind.ACTION, "create-order"),
          SagaStatus.RUNNING, NOW);
      case "Saga.StepCompleted" -> new SagaEvent.StepCompleted("tx_12345", new SagaEvent.Begins(StepRecord.Kind.ACTION, "create-shipment"),
          SagaStatus.RUNNING, NOW);
      case "Order.Created" -> new Order.Created(PLACED, NOW);
      case "Order.Confirmed" -> new Order.Confirmed("tx_12345", "shp-" + ORDER, NOW);
      case "Product.Reserved" -> new Product.Reserved(ORDER, 2, NOW);
      case "Product.ReservationShipped" -> new Product.ReservationShipped(ORDER, 2, NOW);
      case "Payment.Charged" -> new PaymentEvent.Charged(CARD, PRICE, ORDER + "/charge-payment", "tx_12345", 1, null, NOW);
      case "Shipment.Created" -> new Shipment.Created(ADDRESS, NOW);
      case "Account.Deposited" -> new Account.Deposited(PRICE, "ref-1", NOW);
      case "Account.Withdrawn" -> new Account.Withdrawn(PRICE, "ref-2", NOW);
      default -> throw new IllegalArgumentException(event);
    };
    Serializer found = serialization.findSerializerFor(written);
    serializer = found.identifier();
    manifest = Serializers.manifestFor(found, written);
    bytes = write();
    System.out.println(event + ": " + bytes.length + " bytes");
  }

  private static JsonNode json(PlacedOrder order) {
    return new ObjectMapper().valueToTree(order);
  }

  @TearDown
  public void stop() {
    system.terminate();
  }

  @Benchmark
  public byte[] write() {
    return serialization.serialize(written).get();
  }

  @Benchmark
  public Object read() {
    return serialization.deserialize(bytes, serializer, manifest).get();
  }
}
