package io.orderflow.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.orderflow.openapi.ApiDocument;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Compares exchanges with the API's document, in both directions: what a node does and the document does not say is a deviation, and so is a valid
 * request that the node refuses as invalid. Requests that are answered with an error may be wrong on purpose; only their answers are compared.
 */
public final class ApiContract {

  /**
   * A request and its answer.
   *
   * @param target path and query
   * @param requestBody null for none
   * @param body missing if the answer had none or it is not JSON
   */
  public record Exchange(String method, String target, Map<String, List<String>> requestHeaders, String requestBody, int status,
      Map<String, List<String>> headers, JsonNode body) {

    private Optional<String> header(String name) {
      return values(headers, name).stream().findFirst();
    }

    private String path() {
      return target.split("\\?", 2)[0];
    }

    private boolean isProblem() {
      return status >= 400;
    }

    private String code() {
      return body.path("code").asText();
    }
  }

  /** An operation with the parameters of its path. */
  private record Operation(String name, JsonNode item, JsonNode node, Map<String, String> pathValues) {}

  private static final Set<String> AREAS = Set.of("api", "ops", "openapi.json");
  /** Headers of HTTP itself, which no operation lists. */
  private static final Set<String> OF_HTTP = Set.of("date", "server", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive",
      "allow", "accept-encoding", "etag", "cache-control", "content-security-policy", "referrer-policy", "x-content-type-options", "strict-transport-security", "via",
      ":status");
  /** Headers that every request may have. */
  private static final Set<String> OF_REQUESTS = Set.of("content-type", "content-encoding", "accept", "origin", "sec-fetch-site", "x-forwarded-for",
      "x-request-id", "authorization", "user-agent", "host", "connection", "content-length", "if-none-match");
  /** Refusals of a body whose form the document can say completely. */
  private static final Set<String> SAID_BY_SCHEMA = Set.of("UNKNOWN_FIELD", "MISSING_FIELD");
  /** Required for some countries only, which the document says in words. */
  private static final Pattern SAID_IN_WORDS = Pattern.compile("(.*\\.)?postalCode");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ApiContract PUBLISHED = new ApiContract(ApiDocument.read());

  private final JsonNode document;
  private final ObjectNode closedComponents;
  private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12, builder ->
      builder.schemaRegistryConfig(SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));
  private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

  /** @param document an OpenAPI document in one piece */
  public ApiContract(JsonNode document) {
    this.document = document;
    this.closedComponents = document.get("components").deepCopy();
    closedComponents.path("schemas").forEach(ApiContract::close);
  }

  /** The contract that this program publishes. */
  public static ApiContract published() {
    return PUBLISHED;
  }

  /** Fails if the exchange deviates from the document; otherwise {@link ApiCoverage} notes it. */
  public void check(Exchange exchange) {
    assertThat(deviations(exchange)).as("%s %s was answered %s %s; deviations from the API's document", exchange.method(), exchange.target(),
        exchange.status(), exchange.body()).isEmpty();
    operation(exchange).ifPresent(operation ->
        ApiCoverage.note(operation.node().path("operationId").asText(), exchange.status(), exchange.isProblem() ? exchange.code() : ""));
  }

  /** The deviations, one sentence each. Paths outside the API have none. */
  public List<String> deviations(Exchange exchange) {
    if (!AREAS.contains(exchange.path().split("/", 3)[1])) {
      return List.of();
    }
    Optional<Operation> operation = operation(exchange);
    if (operation.isEmpty()) {
      return exchange.isProblem() ? List.of() : List.of("the document has no such operation");
    }
    List<String> found = new ArrayList<>();
    answer(operation.get(), exchange, found);
    if (!exchange.isProblem()) {
      request(operation.get(), exchange).forEach(deviation -> found.add("the request was accepted, but " + deviation));
    } else if (SAID_BY_SCHEMA.contains(exchange.code()) && !SAID_IN_WORDS.matcher(exchange.body().path("field").asText()).matches()
        && isJson(exchange) && request(operation.get(), exchange).isEmpty()) {
      found.add("the request is valid by the document, but was refused as " + exchange.code());
    }
    return found;
  }

  /** Why the value is invalid by the schema; empty if it is valid. A field that the schema does not have makes it invalid. */
  public List<String> violations(JsonNode schema, JsonNode value) {
    return schemas.computeIfAbsent(schema, this::compiled).validate(value).stream().map(Error::toString).toList();
  }

  private Schema compiled(JsonNode schema) {
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", SpecificationVersion.DRAFT_2020_12.getDialectId());
    root.set("components", closedComponents);
    JsonNode closed = schema.deepCopy();
    close(closed);
    root.putArray("allOf").add(closed);
    return registry.getSchema(root);
  }

  /** The document lets clients tolerate new fields. A spec must not. */
  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object && object.path("type").asText().equals("object") && object.has("properties")
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
    schema.forEach(ApiContract::close);
  }

  private Optional<Operation> operation(Exchange exchange) {
    String method = exchange.method().equals("HEAD") ? "get" : exchange.method().toLowerCase(Locale.ROOT);
    return document.get("paths").properties().stream().sorted(Comparator.comparing(path -> path.getKey().contains("{")))
        .filter(path -> path.getValue().has(method))
        .flatMap(path -> match(path.getKey(), exchange.path()).map(values -> new Operation(method + " " + path.getKey(), path.getValue(),
            path.getValue().get(method), values)).stream()).findFirst();
  }

  private static Optional<Map<String, String>> match(String template, String path) {
    String[] wanted = template.split("/", -1);
    String[] given = path.split("/", -1);
    Map<String, String> values = new HashMap<>();
    if (wanted.length != given.length) {
      return Optional.empty();
    }
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i].startsWith("{")) {
        values.put(wanted[i].substring(1, wanted[i].length() - 1), decoded(given[i]));
      } else if (!wanted[i].equals(given[i])) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  private void answer(Operation operation, Exchange exchange, List<String> found) {
    JsonNode responses = operation.node().get("responses");
    String status = Integer.toString(exchange.status());
    JsonNode response = resolved(responses.has(status) ? responses.get(status) : exchange.isProblem() ? responses.path("default") : JSON.missingNode());
    if (response.isMissingNode()) {
      found.add(operation.name() + " has no answer " + status);
      return;
    }
    headers(response, exchange, found);
    nextLink(exchange, found);
    if (!exchange.method().equals("HEAD")) {
      body(response, exchange, found);
    }
  }

  private void body(JsonNode response, Exchange exchange, List<String> found) {
    String type = exchange.header("content-type").map(value -> value.split(";")[0].strip()).orElse("none");
    if (type.equals("none") && !response.has("content")) {
      return;
    }
    JsonNode content = response.path("content").path(type);
    if (content.isMissingNode()) {
      found.add("the answer's media type is " + type);
      return;
    }
    violations(content.get("schema"), exchange.body()).forEach(violation -> found.add("the answer's body: " + violation));
    if (exchange.isProblem()) {
      boolean listed = StreamSupport.stream(response.path(ApiDocument.CODES).spliterator(), false).anyMatch(exchange.body().path("code")::equals);
      boolean fits = Stream.of(exchange.code(), exchange.code() + "_" + exchange.status())
          .anyMatch(name -> document.at("/components/examples/" + name + "/value/status").asInt() == exchange.status());
      if (!listed || !fits) {
        found.add("the answer's code " + exchange.code() + " is not one of the operation's with status " + exchange.status());
      }
    }
  }

  private void headers(JsonNode response, Exchange exchange, List<String> found) {
    Map<String, JsonNode> documented = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    response.path("headers").properties().forEach(header -> documented.put(header.getKey(), resolved(header.getValue())));
    documented.forEach((name, header) -> {
      Optional<String> value = exchange.header(name);
      if (value.isEmpty() && header.path("required").asBoolean()) {
        found.add("the answer lacks the header " + name);
      }
      value.ifPresent(text -> violations(header.get("schema"), typed(header.get("schema"), text))
          .forEach(violation -> found.add("the answer's header " + name + ": " + violation)));
    });
    exchange.headers().keySet().stream().map(name -> name.toLowerCase(Locale.ROOT))
        .filter(name -> !documented.containsKey(name) && !OF_HTTP.contains(name))
        .forEach(name -> found.add("the answer has the header " + name));
  }

  private static void nextLink(Exchange exchange, List<String> found) {
    String next = exchange.body().path("next").asText("null");
    boolean linked = exchange.header("link").filter(link -> link.contains(next + ">")).isPresent();
    if (exchange.body().path("next").isValueNode() && linked == next.equals("null")) {
      found.add("the answer's next is " + next + ", its Link " + exchange.header("link").orElse("absent"));
    }
  }

  private List<String> request(Operation operation, Exchange exchange) {
    List<String> found = new ArrayList<>();
    Map<String, String> query = query(exchange.target());
    Set<String> known = new HashSet<>();
    Set<String> headers = new HashSet<>();
    Stream.of(operation.item(), operation.node()).flatMap(node -> StreamSupport.stream(node.path("parameters").spliterator(), false))
        .map(this::resolved).forEach(parameter -> {
          String name = parameter.get("name").asText();
          Optional<String> value = switch (parameter.get("in").asText()) {
            case "path" -> Optional.ofNullable(operation.pathValues().get(name));
            case "query" -> Optional.ofNullable(query.get(name));
            default -> values(exchange.requestHeaders(), name).stream().findFirst();
          };
          (parameter.get("in").asText().equals("header") ? headers : known).add(name.toLowerCase(Locale.ROOT));
          if (value.isEmpty() && parameter.path("required").asBoolean()) {
            found.add("it lacks the parameter " + name);
          }
          value.ifPresent(text -> violations(parameter.get("schema"), typed(resolved(parameter.get("schema")), text))
              .forEach(violation -> found.add("its parameter " + name + ": " + violation)));
        });
    query.keySet().stream().filter(name -> !known.contains(name.toLowerCase(Locale.ROOT))).forEach(name -> found.add("it has the parameter " + name));
    exchange.requestHeaders().keySet().stream().map(name -> name.toLowerCase(Locale.ROOT))
        .filter(name -> !headers.contains(name) && !OF_REQUESTS.contains(name)).forEach(name -> found.add("it has the header " + name));
    JsonNode body = resolved(operation.node().path("requestBody"));
    if (!body.isMissingNode() && exchange.requestBody() == null) {
      if (body.path("required").asBoolean(true)) {
        found.add("it has no body");
      }
    } else if (!body.isMissingNode()) {
      violations(body.at("/content/application~1json/schema"), withoutNulls(tree(exchange.requestBody())))
          .forEach(violation -> found.add("its body: " + violation));
    }
    return found;
  }

  private JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asText();
    return reference.isEmpty() ? node : resolved(document.at(reference.substring(1)));
  }

  /** The text of a parameter or a header as the schema's type. */
  private static JsonNode typed(JsonNode schema, String text) {
    boolean number = schema.path("type").asText().equals("integer") && text.matches("-?[0-9]{1,18}");
    return number ? JSON.getNodeFactory().numberNode(Long.parseLong(text)) : TextNode.valueOf(text);
  }

  /** Null counts as absent, as the document says in words. */
  private static JsonNode withoutNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().removeIf(field -> field.getValue().isNull());
    }
    node.forEach(ApiContract::withoutNulls);
    return node;
  }

  private static boolean isJson(Exchange exchange) {
    return exchange.requestBody() != null && !tree(exchange.requestBody()).isMissingNode();
  }

  private static JsonNode tree(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      return JSON.missingNode();
    }
  }

  private static Map<String, String> query(String target) {
    Map<String, String> query = new HashMap<>();
    String[] parts = target.split("\\?", 2);
    if (parts.length == 2 && !parts[1].isEmpty()) {
      for (String pair : parts[1].split("&")) {
        String[] sides = pair.split("=", 2);
        query.put(decoded(sides[0]), sides.length == 2 ? decoded(sides[1]) : "");
      }
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static List<String> values(Map<String, List<String>> headers, String name) {
    return headers.entrySet().stream().filter(header -> header.getKey().equalsIgnoreCase(name)).flatMap(header -> header.getValue().stream()).toList();
  }
}
