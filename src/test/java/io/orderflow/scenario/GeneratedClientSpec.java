package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.orderflow.client.ApiClient;
import io.orderflow.client.ApiException;
import io.orderflow.client.api.OrdersApi;
import io.orderflow.client.api.ProductsApi;
import io.orderflow.client.model.Address;
import io.orderflow.client.model.CardRequest;
import io.orderflow.client.model.Order;
import io.orderflow.client.model.OrderEvents;
import io.orderflow.client.model.OrderItemRequest;
import io.orderflow.client.model.OrderRequest;
import io.orderflow.client.model.OrderStatus;
import io.orderflow.client.model.PaymentMethodRequest;
import io.orderflow.client.model.Problem;
import io.orderflow.client.model.ProductRequest;
import io.orderflow.client.model.RequestedAmount;
import io.orderflow.client.model.RestockRequest;
import io.orderflow.client.model.Saga;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that was generated from the document, and knows nothing else, does what the README shows. */
class GeneratedClientSpec {

  @TempDir
  private static Path data;
  private static TestNode node;
  private static OrdersApi orders;
  private static ProductsApi products;

  @BeforeAll
  static void start() {
    node = TestNode.start(data, ConfigFactory.empty());
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> node.shop().get("/api/accounts/none").status() == 404);
    ApiClient client = new ApiClient();
    client.updateBaseUri("http://127.0.0.1:" + node.port("gateway"));
    orders = new OrdersApi(client);
    products = new ProductsApi(client);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static OrderRequest order(String country) {
    return new OrderRequest().customerId("ada").currency("EUR")
        .addItemsItem(new OrderItemRequest().sku("tea").quantity(2).unitPrice(new RequestedAmount("3.50")))
        .payment(new PaymentMethodRequest(new CardRequest().method(CardRequest.MethodEnum.CARD).token("tok_visa")))
        .shippingAddress(new Address().name("Ada").street("1 Main St").city("Berlin").postalCode("10115").country(country));
  }

  @Test
  void the_first_order_is_placed_and_confirmed_and_the_one_that_fails_is_cancelled() throws ApiException {
    assertThat(products.putProduct("tea", new ProductRequest().name("Green tea").price(new RequestedAmount("3.50")).currency("EUR"), null).getPrice())
        .isEqualTo("3.50");
    assertThat(products.restockProduct("tea", new RestockRequest().quantity(100), null).getAvailable()).isEqualTo(100);

    Order placed = orders.placeOrder(order("DE"), "first", "wait=20");
    assertThat(placed.getStatus()).isEqualTo(OrderStatus.CONFIRMED);
    assertThat(placed.getTotal()).isEqualTo("7.00");
    assertThat(orders.placeOrder(order("DE"), "first", null).getOrderId()).isEqualTo(placed.getOrderId());
    assertThat(orders.getOrder(placed.getOrderId()).getShipment()).isNotNull();
    assertThat(products.getProduct("tea").getAvailable()).isEqualTo(98);
    OrderEvents events = orders.listOrderEvents(placed.getOrderId(), null, null);
    assertThat(events.getEvents()).hasSize(2);
    assertThat(events.getNext()).isNull();

    Order failed = orders.placeOrder(order("ZZ"), "second", "wait=20");
    assertThat(failed.getStatus()).isEqualTo(OrderStatus.CANCELLED);
    assertThat(failed.getReason()).isEqualTo("SHIPPING_UNAVAILABLE");
    Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() ->
        assertThat(orders.getOrderSaga(failed.getOrderId()).getState().getValue()).isEqualTo("COMPENSATED"));
    Saga saga = orders.getOrderSaga(failed.getOrderId());
    assertThat(saga.getSteps()).filteredOn(step -> step.getKind().getValue().equals("COMPENSATION")).hasSize(3);
  }

  @Test
  void a_problem_can_be_read_as_one() {
    assertThatThrownBy(() -> orders.getOrder("none")).isInstanceOfSatisfying(ApiException.class, failure -> {
      assertThat(failure.getCode()).isEqualTo(404);
      Problem problem = ApiClient.createDefaultObjectMapper().convertValue(read(failure.getResponseBody()), Problem.class);
      assertThat(problem.getCode()).isEqualTo("ORDER_NOT_FOUND");
    });
  }

  private static Object read(String json) {
    try {
      return ApiClient.createDefaultObjectMapper().readTree(json);
    } catch (java.io.IOException malformed) {
      throw new java.io.UncheckedIOException(malformed);
    }
  }
}
