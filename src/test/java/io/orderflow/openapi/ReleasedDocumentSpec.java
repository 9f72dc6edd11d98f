package io.orderflow.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients of the last release still work: the document has changed in no way that breaks them. At a release {@code -Dapi.record=true} stores the document
 * as the released one.
 */
class ReleasedDocumentSpec {

  private static final Path RELEASED = Path.of("src/test/resources/openapi/released.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void nothing_has_changed_that_breaks_a_client_of_the_last_release() throws IOException {
    if (Boolean.getBoolean("api.record")) {
      Files.createDirectories(RELEASED.getParent());
      Files.writeString(RELEASED, withoutWords(ApiDocument.read()).toPrettyString() + "\n");
    }
    assertThat(BreakingChanges.between(JSON.readTree(RELEASED.toFile()), ApiDocument.read())).isEmpty();
  }

  /** Descriptions and examples may change at any time. */
  private static JsonNode withoutWords(ObjectNode document) {
    ((ObjectNode) document.get("components")).remove("examples");
    document.findParents("content").forEach(parent -> parent.get("content").forEach(type -> ((ObjectNode) type).remove(List.of("example", "examples"))));
    strip(document);
    return document;
  }

  private static void strip(JsonNode node) {
    if (node instanceof ObjectNode object && object.path("description").isTextual()) {
      object.remove("description");
    }
    node.forEach(ReleasedDocumentSpec::strip);
  }

  private static ObjectNode at(ObjectNode document, String... path) {
    JsonNode node = document;
    for (String name : path) {
      node = node.required(name);
    }
    return (ObjectNode) node;
  }

  private static ObjectNode schema(ObjectNode document, String name) {
    return at(document, "components", "schemas", name);
  }

  private static Arguments change(String what, String finding, Consumer<ObjectNode> change) {
    return Arguments.of(what, finding, change);
  }

  static Stream<Arguments> breaking() {
    return Stream.of(
        change("an operation goes", "DELETE /api/carts/{cartId}/items/{sku} is gone", d -> at(d, "paths", "/api/carts/{cartId}/items/{sku}").remove("delete")),
        change("a path goes", "GET /ops/stats is gone", d -> at(d, "paths").remove("/ops/stats")),
        change("a field of an answer goes", ".reserved is gone", d -> at(schema(d, "Stock"), "properties").remove("reserved")),
        change("a field of an answer becomes optional", ".available may be absent now", d -> ((ArrayNode) schema(d, "Stock").get("required")).remove(1)),
        change("a field of an answer gets another type", "[string] is new", d -> at(schema(d, "Stock"), "properties", "reserved").put("type", "string")),
        change("an answer gets a new value of an enumeration", "[LOST] is new",
            d -> ((ArrayNode) at(schema(d, "Shipment"), "properties", "status").get("enum")).add("LOST")),
        change("a success gets another status", "answer 202 is gone", d -> {
          ObjectNode responses = at(d, "paths", "/api/orders/{orderId}/cancel", "post", "responses");
          responses.set("200", responses.remove("202"));
        }),
        change("a header goes", "the header Location is gone",
            d -> at(d, "paths", "/api/orders", "post", "responses", "201", "headers").remove("Location")),
        change("a field of a request is required", ".reference is required now", d -> ((ArrayNode) schema(d, "RestockRequest").get("required")).add("reference")),
        change("a field of a request goes", ".reference is gone", d -> at(schema(d, "RestockRequest"), "properties").remove("reference")),
        change("a request may have less", "maximum lets less through", d -> at(schema(d, "RestockRequest"), "properties", "quantity").put("maximum", 10)),
        change("a request gets a bound", "maxLength lets less through", d -> schema(d, "Id").put("maxLength", 10)),
        change("a request gets another pattern", "the pattern is another", d -> schema(d, "Currency").put("pattern", "EUR")),
        change("a value of a request's enumeration goes", "is refused now", d -> ((ArrayNode) schema(d, "OrderStatus").get("enum")).remove(0)),
        change("a parameter goes", "the parameter status in query is gone", d -> ((ArrayNode) at(d, "paths", "/api/users/{userId}/orders", "get")
            .get("parameters")).remove(0)),
        change("a parameter is required", "the parameter limit in query is required now", d -> at(d, "components", "parameters", "limit").put("required", true)),
        change("a caller needs another scope", "suffices no longer", d -> {
          ObjectNode way = (ObjectNode) at(d, "paths", "/ops/stats", "get").get("security").get(1);
          ((ArrayNode) way.get("service")).removeAll().add("ops:write");
        }));
  }

  @ParameterizedTest
  @MethodSource("breaking")
  void a_change_that_breaks_clients_is_found(String what, String finding, Consumer<ObjectNode> change) {
    ObjectNode changed = ApiDocument.read();
    change.accept(changed);
    assertThat(BreakingChanges.between(ApiDocument.read(), changed)).as(what).isNotEmpty().anyMatch(found -> found.contains(finding));
  }

  static Stream<Arguments> harmless() {
    return Stream.of(
        change("an operation comes", "", d -> at(d, "paths").set("/api/vouchers", at(d, "paths").get("/api/products"))),
        change("an answer gets a field", "", d -> at(schema(d, "Stock"), "properties").putObject("ordered").put("type", "integer")),
        change("a field of an answer is always there", "", d -> ((ArrayNode) schema(d, "Cart").get("required")).add("expiresAt")),
        change("a request gets an optional field", "", d -> at(schema(d, "RestockRequest"), "properties").putObject("note").put("type", "string")),
        change("a request may have more", "", d -> at(schema(d, "RestockRequest"), "properties", "quantity").put("maximum", 2_000_000_000)),
        change("a problem comes", "", d -> ((ArrayNode) at(d, "paths", "/api/orders", "post", "responses", "422").get(ApiDocument.CODES)).add("NEW")),
        change("words change", "", d -> schema(d, "Currency").put("description", "Three letters.")));
  }

  @ParameterizedTest
  @MethodSource("harmless")
  void a_change_that_clients_bear_is_allowed(String what, String none, Consumer<ObjectNode> change) {
    ObjectNode changed = ApiDocument.read();
    change.accept(changed);
    assertThat(BreakingChanges.between(ApiDocument.read(), changed)).as(what).isEmpty();
  }
}
