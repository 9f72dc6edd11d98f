package io.orderflow.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Finds the changes from one document to the next that break clients, as {@code docs/api-versioning.md} has them. A request may only be asked for less,
 * an answer may only get more.
 */
final class BreakingChanges {

  private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");
  /** A larger value lets less through. */
  private static final List<String> LOWER_BOUNDS = List.of("minimum", "exclusiveMinimum", "minLength", "minItems");
  private static final List<String> UPPER_BOUNDS = List.of("maximum", "exclusiveMaximum", "maxLength", "maxItems");

  private final JsonNode old;
  private final JsonNode next;
  private final List<String> found = new ArrayList<>();

  private BreakingChanges(JsonNode old, JsonNode next) {
    this.old = old;
    this.next = next;
  }

  /** One sentence for each breaking change. */
  static List<String> between(JsonNode old, JsonNode next) {
    BreakingChanges changes = new BreakingChanges(old, next);
    old.get("paths").properties().forEach(path -> METHODS.stream().filter(path.getValue()::has).forEach(method -> changes.operation(
        method.toUpperCase(Locale.ROOT) + " " + path.getKey(), path.getValue(), next.get("paths").path(path.getKey()), method)));
    return changes.found;
  }

  private void operation(String name, JsonNode oldItem, JsonNode nextItem, String method) {
    JsonNode before = oldItem.get(method);
    JsonNode after = nextItem.path(method);
    if (after.isMissingNode()) {
      found.add(name + " is gone");
      return;
    }
    Map<String, JsonNode> oldParameters = parameters(old, oldItem, before);
    Map<String, JsonNode> nextParameters = parameters(next, nextItem, after);
    oldParameters.forEach((key, parameter) -> {
      if (!nextParameters.containsKey(key)) {
        found.add(name + ": the parameter " + key + " is gone");
      }
    });
    nextParameters.forEach((key, parameter) -> {
      JsonNode earlier = oldParameters.getOrDefault(key, MissingNode.getInstance());
      if (parameter.path("required").asBoolean() && !earlier.path("required").asBoolean()) {
        found.add(name + ": the parameter " + key + " is required now");
      }
      if (!earlier.isMissingNode()) {
        schema(name + ", parameter " + key, earlier.get("schema"), parameter.get("schema"), true);
      }
    });
    body(name, resolved(old, before.path("requestBody")), resolved(next, after.path("requestBody")));
    before.get("responses").properties().forEach(response -> answer(name, response.getKey(), resolved(old, response.getValue()),
        resolved(next, after.get("responses").path(response.getKey()))));
    before.path("security").forEach(way -> {
      if (StreamSupport.stream(after.path("security").spliterator(), false).noneMatch(way::equals)) {
        found.add(name + ": the security requirement " + way + " suffices no longer");
      }
    });
  }

  private void body(String name, JsonNode before, JsonNode after) {
    if (after.path("required").asBoolean() && !before.path("required").asBoolean()) {
      found.add(name + ": a body is required now");
    }
    before.path("content").properties().forEach(content -> {
      if (after.path("content").has(content.getKey())) {
        schema(name + ", body", content.getValue().get("schema"), after.get("content").get(content.getKey()).get("schema"), true);
      } else {
        found.add(name + ": a body of " + content.getKey() + " is not read any more");
      }
    });
  }

  private void answer(String name, String status, JsonNode before, JsonNode after) {
    String where = name + ", answer " + status;
    if (after.isMissingNode()) {
      if (status.startsWith("2")) {
        found.add(where + " is gone");
      }
      return;
    }
    before.path("headers").properties().stream().filter(header -> !after.path("headers").has(header.getKey()))
        .forEach(header -> found.add(where + ": the header " + header.getKey() + " is gone"));
    before.path("content").properties().forEach(content -> {
      if (after.path("content").has(content.getKey())) {
        schema(where, content.getValue().get("schema"), after.get("content").get(content.getKey()).get("schema"), false);
      } else {
        found.add(where + ": " + content.getKey() + " is gone");
      }
    });
  }

  /** @param request whether clients send it; otherwise they read it */
  private void schema(String where, JsonNode oldNode, JsonNode nextNode, boolean request) {
    JsonNode before = resolved(old, oldNode);
    JsonNode after = resolved(next, nextNode);
    values(where, "type", texts(before.path("type")), texts(after.path("type")), request);
    if (before.has("enum") || after.has("enum")) {
      values(where, "value", texts(before.path("enum")), texts(after.path("enum")), request);
    }
    if (!before.path("format").equals(after.path("format"))) {
      found.add(where + ": the format is another");
    }
    if (request) {
      bounds(where, before, after);
    }
    properties(where, before, after, request);
    if (before.has("items") && after.has("items")) {
      schema(where + "[]", before.get("items"), after.get("items"), request);
    }
    List<JsonNode> variants = list(before.path("oneOf"));
    List<JsonNode> nextVariants = list(after.path("oneOf"));
    if (request ? variants.size() > nextVariants.size() : variants.size() < nextVariants.size()) {
      found.add(where + ": the variants are others");
    }
    for (int i = 0; i < Math.min(variants.size(), nextVariants.size()); i++) {
      schema(where + " (" + (i + 1) + ")", variants.get(i), nextVariants.get(i), request);
    }
  }

  private void properties(String where, JsonNode before, JsonNode after, boolean request) {
    Set<String> required = texts(before.path("required"));
    Set<String> nextRequired = texts(after.path("required"));
    before.path("properties").properties().forEach(property -> {
      String field = where + "." + property.getKey();
      if (!after.path("properties").has(property.getKey())) {
        found.add(field + " is gone");
      } else {
        schema(field, property.getValue(), after.get("properties").get(property.getKey()), request);
      }
    });
    Stream<String> broken = request ? nextRequired.stream().filter(name -> !required.contains(name)) : required.stream().filter(name ->
        !nextRequired.contains(name) && after.path("properties").has(name));
    broken.forEach(name -> found.add(where + "." + name + (request ? " is required now" : " may be absent now")));
  }

  private void bounds(String where, JsonNode before, JsonNode after) {
    for (String bound : LOWER_BOUNDS) {
      if (after.has(bound) && (!before.has(bound) || after.get(bound).decimalValue().compareTo(before.get(bound).decimalValue()) > 0)) {
        found.add(where + ": " + bound + " lets less through");
      }
    }
    for (String bound : UPPER_BOUNDS) {
      if (after.has(bound) && (!before.has(bound) || after.get(bound).decimalValue().compareTo(before.get(bound).decimalValue()) < 0)) {
        found.add(where + ": " + bound + " lets less through");
      }
    }
    if (after.has("pattern") && !after.get("pattern").equals(before.path("pattern"))) {
      found.add(where + ": the pattern is another");
    }
  }

  /** In a request no value may go, in an answer none may come. No value means all. */
  private void values(String where, String kind, Set<String> before, Set<String> after, boolean request) {
    Set<String> wide = request ? before : after;
    Set<String> narrow = request ? after : before;
    if (!narrow.isEmpty() && (wide.isEmpty() || !narrow.containsAll(wide))) {
      Set<String> others = new LinkedHashSet<>(wide);
      others.removeAll(narrow);
      found.add(where + ": the " + kind + " " + others + (request ? " is refused now" : " is new"));
    }
  }

  private static Map<String, JsonNode> parameters(JsonNode document, JsonNode item, JsonNode operation) {
    Map<String, JsonNode> parameters = new TreeMap<>();
    Stream.of(item, operation).flatMap(node -> list(node.path("parameters")).stream()).map(parameter -> resolved(document, parameter))
        .forEach(parameter -> parameters.put(parameter.get("name").asText() + " in " + parameter.get("in").asText(), parameter));
    return parameters;
  }

  private static JsonNode resolved(JsonNode document, JsonNode node) {
    return node.has("$ref") ? resolved(document, document.at(node.get("$ref").asText().substring(1))) : node;
  }

  private static List<JsonNode> list(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false).toList();
  }

  private static Set<String> texts(JsonNode node) {
    Set<String> texts = new LinkedHashSet<>();
    if (node.isTextual()) {
      texts.add(node.asText());
    }
    node.forEach(value -> texts.add(value.asText()));
    return texts;
  }
}
