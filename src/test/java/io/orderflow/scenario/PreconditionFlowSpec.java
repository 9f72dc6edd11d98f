package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.testkit.NodeOnEachDatabase;
import io.orderflow.testkit.ShopClient.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Changes of products and carts that are made only to what their sender has read. */
class PreconditionFlowSpec extends NodeOnEachDatabase {

  private static final String CHECKOUT = "{'customerId':'ada','payment':{'method':'card','token':'tok_1'}}";

  PreconditionFlowSpec() {
    super("");
  }

  private static String offer(String price) {
    return "{'name':'Tea','price':'" + price + "','currency':'EUR'}";
  }

  private Answer putProduct(String sku, String price, String... headers) {
    return shop.send("PUT", "/api/products/" + sku, offer(price), headers);
  }

  private Answer putItem(String cart, int quantity, String... headers) {
    return shop.send("PUT", "/api/carts/" + cart + "/items/tea", "{'quantity':" + quantity + "}", headers);
  }

  private static String tag(Answer answer) {
    return answer.headers().firstValue("ETag").orElseThrow();
  }

  @Test
  void of_two_people_who_change_what_they_have_read_one_is_told_that_the_other_was_quicker() {
    String read = tag(putProduct("raced", "1.00").expect(201));
    assertThat(tag(shop.get("/api/products/raced").expect(200))).isEqualTo(read);
    String changed = tag(putProduct("raced", "2.00", "If-Match", read).expect(200));
    putProduct("raced", "3.00", "If-Match", read).expectProblem(412, "PRECONDITION_FAILED", null);
    assertThat(tag(shop.get("/api/products/raced").expect(200))).isEqualTo(changed).isNotEqualTo(read);
    putProduct("raced", "3.00", "If-Match", changed).expect(200);
  }

  @Test
  void of_many_changes_at_once_under_one_tag_one_is_made() throws Exception {
    String product = tag(putProduct("crowd", "1.00").expect(201));
    String cart = tag(putItem("crowd", 1).expect(200));
    List<Callable<Answer>> calls = new ArrayList<>();
    for (int i = 2; i < 14; i++) {
      String price = i + ".00";
      int quantity = i;
      calls.add(() -> putProduct("crowd", price, "If-Match", product));
      calls.add(() -> putItem("crowd", quantity, "If-Match", cart));
    }
    int made = 0;
    for (Future<Answer> each : clients.invokeAll(calls)) {
      assertThat(each.get().status()).isIn(200, 412);
      made += each.get().status() == 200 ? 1 : 0;
    }
    assertThat(made).isEqualTo(2);
  }

  @Test
  void a_change_whose_answer_was_lost_can_be_repeated() {
    String product = tag(putProduct("repeated", "1.00").expect(201));
    putProduct("repeated", "2.00", "If-Match", product).expect(200);
    putProduct("repeated", "2.00", "If-Match", product).expect(200);
    String cart = tag(putItem("repeated", 1).expect(200));
    String two = tag(putItem("repeated", 2, "If-Match", cart).expect(200));
    assertThat(tag(putItem("repeated", 2, "If-Match", cart).expect(200))).isEqualTo(two);
    shop.send("DELETE", "/api/carts/repeated/items/tea", null, "If-Match", cart).expectProblem(412, "PRECONDITION_FAILED", null);
    shop.send("DELETE", "/api/carts/repeated/items/tea", null, "If-Match", two).expect(200);
    shop.send("DELETE", "/api/carts/repeated/items/tea", null, "If-Match", two).expect(200);
  }

  @Test
  void orders_and_restocks_leave_the_tag_of_a_product_as_it_is() {
    shop.stock("stocked", 5);
    String before = tag(shop.get("/api/products/stocked").expect(200));
    shop.post("/api/products/stocked/restocks", "{'quantity':7}").expect(200);
    assertThat(tag(shop.get("/api/products/stocked").expect(200))).isEqualTo(before);
    assertThat(tag(shop.send("HEAD", "/api/products/stocked", null))).isEqualTo(before);
  }

  @Test
  void a_star_needs_something_that_exists() {
    putProduct("starred", "1.00", "If-Match", "*").expectProblem(412, "PRECONDITION_FAILED", null);
    shop.get("/api/products/starred").expectProblem(404, "PRODUCT_NOT_FOUND", null);
    putItem("starred", 1, "If-Match", "*").expectProblem(412, "PRECONDITION_FAILED", null);
    putProduct("starred", "1.00").expect(201);
    putProduct("starred", "2.00", "If-Match", "*").expect(200);
  }

  @Test
  void a_list_of_tags_matches_by_any_strong_one() {
    String read = tag(putProduct("listed", "1.00").expect(201));
    putProduct("listed", "2.00", "If-Match", "W/" + read).expectProblem(412, "PRECONDITION_FAILED", null);
    putProduct("listed", "2.00", "If-Match", "\"other\", W/\"weak\", " + read).expect(200);
    for (String malformed : new String[] {"none", "\"open", "*, \"a\"", ","}) {
      putProduct("listed", "3.00", "If-Match", malformed).expectProblem(400, "INVALID_FIELD", "If-Match");
    }
  }

  @Test
  void a_customer_checks_out_the_cart_that_they_have_seen() {
    shop.stock("tea", 10);
    String seen = tag(putItem("seen", 1).expect(200));
    putItem("seen", 2).expect(200);
    shop.post("/api/carts/seen/checkout", CHECKOUT, "If-Match", seen).expectProblem(412, "PRECONDITION_FAILED", null);
    String now = tag(shop.get("/api/carts/seen").expect(200));
    String order = shop.post("/api/carts/seen/checkout", CHECKOUT, "If-Match", now).expect(201).text("orderId");
    assertThat(shop.post("/api/carts/seen/checkout", CHECKOUT, "If-Match", now).expect(201).text("orderId")).isEqualTo(order);
    assertThat(tag(shop.get("/api/carts/seen").expect(200))).isNotEqualTo(now);
  }
}
