package io.orderflow.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The document and the records of the program name the same fields, also those that no exchange of the specs has. */
class DocumentedFieldsSpec {

  private static final ObjectMapper JSON = new ObjectMapper();
  /** Fields of stored values, which no answer has: {@code DeletedPersonSpec} shows it. */
  private static final Map<String, Set<String>> STORED_ONLY = Map.of("shipping.Address", Set.of("sealed"));
  private static final ObjectNode SCHEMAS = (ObjectNode) ApiDocument.read().at("/components/schemas");

  private static Set<String> documented(String schema) {
    Set<String> fields = new TreeSet<>();
    SCHEMAS.required(schema).required("properties").fieldNames().forEachRemaining(fields::add);
    return fields;
  }

  private static Set<String> written(String type) throws ClassNotFoundException {
    Set<String> fields = new TreeSet<>();
    for (BeanPropertyDefinition property : JSON.getSerializationConfig()
        .introspect(JSON.constructType(Class.forName("io.orderflow." + type))).findProperties()) {
      if (property.getAccessor() != null && JSON.getSerializationConfig().getAnnotationIntrospector()
          .findUnwrappingNameTransformer(property.getAccessor()) != null) {
        fields.addAll(written(property.getRawPrimaryType().getName().substring("io.orderflow.".length())));
      } else if (property.couldSerialize()) {
        fields.add(property.getName());
      }
    }
    return fields;
  }

  /** Schemas of answers, and the records that are written as them. */
  private static final Map<String, String> RECORDS = Stream.of(
      "Order, order.OrderResponse", "OrderItem, order.OrderResponse$Item", "OrderPayment, order.OrderResponse$Payment",
      "OrderShipment, order.OrderResponse$Shipment", "Stats, order.OrderQueries$Stats",
      "Product, product.ProductResponse", "Stock, product.Product$Stock",
      "Account, account.AccountResponse", "Transfer, account.TransferResponse", "AccountEvent, history.EventHistory$Entry",
      "OrderCreated, history.EventHistory$Entry", "Payment, payment.PaymentResponse", "Breaker, payment.BreakerResponse",
      "BreakerTransition, payment.BreakerResponse$Transition", "Cart, cart.CartResponse", "CartItem, cart.ShoppingCart$Item",
      "Shipment, shipping.ShipmentResponse", "Address, shipping.Address", "User, user.UserResponse",
      "Saga, saga.SagaView", "SagaStep, saga.SagaView$StepView", "SagaSummary, saga.SagaTable$Listed",
      "Projection, projection.ProjectionStatus", "Rebuild, projection.ProjectionStatus$Rebuild",
      "ProjectionFailure, projection.ProjectionStatus$FailureView", "Parked, projection.Parked",
      "ParkedOutcome, projection.ParkedAggregates$Outcome", "Problem, http.Problem",
      "FoundOrder, console.FoundOrder", "FoundItem, console.FoundOrder$Item", "OrderPosition, console.FoundOrder$Position",
      "Timeline, console.TimelineResponse", "TimelineStep, console.TimelineResponse$Step", "StepAttempt, saga.SagaHistory$Attempt",
      "Happening, console.TimelineResponse$Happening", "OrderLedger, console.OrderLedger", "LedgerStock, console.OrderLedger$Stock",
      "OperatorAction, operators.OperatorAction", "Overview, console.ShopOverview", "Concern, console.ShopOverview$Concern",
      "ConfirmationTime, console.ShopOverview$Latency", "SagaGroup, console.OverviewQueries$Group", "QueueView, console.ShopOverview$Queue",
      "PaymentQueueStatus, payment.PaymentQueueStatus", "NodeView, console.NodeView", "BreakerView, payment.BreakerSnapshot",
      "QueuedPayment, payment.QueuedPaymentResponse", "SagaDefinition, saga.SagaStatistics$Definition",
      "SagaCallStatistics, saga.SagaStatistics$Call", "PastView, history.PastRoutes$View", "Batch, console.Batch", "BatchItem, console.Batch$Item")
      .map(line -> line.split(", ")).collect(Collectors.toMap(line -> line[0], line -> line[1], (one, other) -> one, TreeMap::new));
  /** Schemas without a record: pages of lists, a movement's part of an account, and the data of events, which exchanges of the specs show. */
  private static final Set<String> WITHOUT_RECORD = Set.of("Orders", "OrderEvents", "OrderConfirmed", "OrderCancelled", "Products", "Balance",
      "AccountEvents", "AccountEventData", "Payments", "Projections", "BreakersHeld", "Session");

  static Stream<Arguments> records() {
    return RECORDS.entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
  }

  @ParameterizedTest
  @MethodSource("records")
  void the_fields_of_an_answer_are_those_of_its_record(String schema, String type) throws ClassNotFoundException {
    Set<String> shown = written(type);
    shown.removeAll(STORED_ONLY.getOrDefault(type, Set.of()));
    assertThat(documented(schema)).isEqualTo(shown);
  }

  @Test
  void no_schema_of_an_answer_is_forgotten_here() {
    Set<String> others = new TreeSet<>();
    SCHEMAS.fields().forEachRemaining(schema -> {
      if (schema.getValue().has("properties") && !schema.getKey().matches(".*(Request|List|Reason|Confirmation)")) {
        others.add(schema.getKey());
      }
    });
    others.removeAll(RECORDS.keySet());
    others.removeAll(WITHOUT_RECORD);
    assertThat(others).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
      "OrderStatus, order.Order$Status", "SagaState, saga.SagaStatus", "BreakerState, payment.BreakerSnapshot$State"})
  void the_values_of_an_enumeration_are_those_of_the_program(String schema, String type) throws ClassNotFoundException {
    assertThat(SCHEMAS.required(schema).required("enum")).isEqualTo(JSON.valueToTree(Class.forName("io.orderflow." + type).getEnumConstants()));
  }

  @ParameterizedTest
  @CsvSource({
      "Payment, status, payment.PaymentState$Status", "Payment, waitsFor, payment.PaymentState$Operation",
      "Shipment, status, shipping.Shipment$Status", "Transfer, status, account.TransferResponse$Status",
      "SagaStep, kind, saga.StepRecord$Kind", "SagaStep, status, saga.StepRecord$Status",
      "Projection, state, projection.ProjectionStatus$State"})
  void the_values_of_a_field_are_those_of_the_program(String schema, String field, String type) throws ClassNotFoundException {
    Set<Object> values = new HashSet<>();
    SCHEMAS.required(schema).required("properties").required(field).required("enum").forEach(value -> values.add(value.asText()));
    Set<Object> program = new HashSet<>();
    JSON.valueToTree(Class.forName("io.orderflow." + type).getEnumConstants()).forEach(value -> program.add(value.asText()));
    assertThat(values).isEqualTo(program);
  }

}
