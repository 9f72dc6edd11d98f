package io.orderflow.openapi;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Assembles the API's document (OpenAPI 3.1) from the resources under {@code openapi/}: the root, a part for each package, and the kinds of problem.
 * The parts are written by hand; what all operations have in common is added here, so that no operation can forget it: the answers for problems, the
 * headers of every answer.
 */
public final class ApiDocument {

  /** The codes that an answer may have, on every answer that is a problem. Not a part of OpenAPI. */
  public static final String CODES = "x-problem-codes";

  private static final String FOLDER = "/openapi/";
  private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");
  private static final Map<String, String> RATE_LIMIT = Map.of("RateLimit", "rateLimit", "RateLimit-Policy", "rateLimitPolicy",
      "RateLimit-Limit", "rateLimitLimit", "RateLimit-Remaining", "rateLimitRemaining", "RateLimit-Reset", "rateLimitReset");
  private static final ObjectMapper YAML = YAMLMapper.builder().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION).build();

  private final ProblemKinds problems;
  private final ObjectNode document;

  private ApiDocument() {
    this.problems = new ProblemKinds(resource("problems.yaml"));
    this.document = (ObjectNode) resource("openapi.yaml");
  }

  /** Reads and assembles the document. */
  public static ObjectNode read() {
    return new ApiDocument().assembled();
  }

  /** Writes the document to the file that is named: for tools that read a file. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, read().toPrettyString() + "\n");
  }

  static ProblemKinds problems() {
    return new ProblemKinds(resource("problems.yaml"));
  }

  private ObjectNode assembled() {
    JsonNode parts = document.remove("parts");
    ObjectNode paths = document.putObject("paths");
    ObjectNode components = document.putObject("components");
    for (JsonNode name : parts) {
      JsonNode part = resource(name.textValue() + ".yaml");
      add(part.path("paths"), paths);
      part.path("components").properties().forEach(kind -> add(kind.getValue(), components.withObjectProperty(kind.getKey())));
    }
    ObjectNode responses = (ObjectNode) components.remove("responses");
    components.putObject("responses");
    paths.properties().forEach(path -> METHODS.stream().filter(path.getValue()::has).forEach(method ->
        complete(path.getKey(), path.getValue(), method, (ObjectNode) path.getValue().get(method), responses)));
    return document;
  }

  private static void add(JsonNode from, ObjectNode to) {
    from.properties().forEach(entry -> {
      if (to.has(entry.getKey())) {
        throw new IllegalStateException("two parts of the document have " + entry.getKey());
      }
      to.set(entry.getKey(), entry.getValue());
    });
  }

  private void complete(String path, JsonNode item, String method, ObjectNode operation, JsonNode shared) {
    boolean throttled = path.startsWith("/api/");
    ObjectNode responses = (ObjectNode) operation.remove("responses");
    ObjectNode all = operation.putObject("responses");
    responses.properties().forEach(entry -> {
      String reference = entry.getValue().path("$ref").asText();
      ObjectNode response = reference.isEmpty() ? (ObjectNode) entry.getValue()
          : shared.required(reference.substring(reference.lastIndexOf('/') + 1)).deepCopy();
      all.set(entry.getKey(), withHeaders(response, throttled));
      if (isPage(response)) {
        reference(response, "Link", "nextLink");
      }
    });
    List<ProblemKind> own = own(item, operation, throttled);
    List<ProblemKind> common = problems.set("all").toList();
    statuses(own).forEach((status, kinds) -> all.set(status.toString(), problem(Stream.concat(kinds.stream(),
        common.stream().filter(kind -> kind.statuses().contains(status))).distinct().toList(), status, throttled)));
    String name = (throttled ? "Api" : "Operations") + (method.equals("get") ? "Read" : "Change") + "Problem";
    ObjectNode others = document.withObject("/components/responses");
    if (!others.has(name)) {
      Stream<ProblemKind> changes = method.equals("get") ? Stream.empty() : problems.set("changes");
      others.set(name, problem(Stream.concat(changes, common.stream()).toList(), 0, throttled));
    }
    all.putObject("default").put("$ref", "#/components/responses/" + name);
  }

  /** Whether the answer is a page of a list, with the {@code next} of the page after it. */
  private boolean isPage(JsonNode response) {
    String schema = response.at("/content/application~1json/schema/$ref").asText();
    return !schema.isEmpty() && document.at(schema.substring(1)).path("properties").has("next");
  }

  /** The kinds that the operation names, and those of operations like it. */
  private List<ProblemKind> own(JsonNode item, ObjectNode operation, boolean throttled) {
    Stream.Builder<Stream<ProblemKind>> kinds = Stream.builder();
    JsonNode named = operation.remove("x-problems");
    if (named != null) {
      named.forEach(code -> kinds.add(Stream.of(problems.of(code.textValue()))));
    }
    kinds.add(problems.set(throttled ? "api" : "operations"));
    if (item.has("parameters") || operation.has("parameters")) {
      kinds.add(problems.set("parameters"));
    }
    if (operation.has("requestBody")) {
      kinds.add(problems.set("body"));
    }
    return kinds.build().flatMap(stream -> stream).distinct().toList();
  }

  private static Map<Integer, List<ProblemKind>> statuses(List<ProblemKind> kinds) {
    return kinds.stream().flatMap(kind -> kind.statuses().stream().map(status -> Map.entry(status, kind)))
        .collect(Collectors.groupingBy(Map.Entry::getKey, TreeMap::new, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  /** @param status 0 for an answer that stands for several statuses */
  private ObjectNode problem(List<ProblemKind> kinds, int status, boolean throttled) {
    ObjectNode response = document.objectNode();
    response.put("description", kinds.stream().map(kind -> "- [" + kind.code() + "](" + kind.page() + "): " + kind.meaning())
        .collect(Collectors.joining("\n", status == 0 ? "Any other problem:\n\n" : "", "\n")));
    ArrayNode codes = response.putArray(CODES);
    kinds.forEach(kind -> codes.add(kind.code()));
    withHeaders(response, throttled);
    if (status == 0 || status == 429 || status == 503) {
      reference(response, "Retry-After", "retryAfter");
    }
    if (status == 0 || status == 401 || status == 403) {
      reference(response, "WWW-Authenticate", "authenticate");
    }
    ObjectNode content = response.putObject("content").putObject("application/problem+json");
    content.putObject("schema").put("$ref", "#/components/schemas/Problem");
    ObjectNode examples = content.putObject("examples");
    kinds.forEach(kind -> kind.statuses().stream().filter(each -> status == 0 || each == status).forEach(each -> {
      String name = kind.exampleName(each);
      document.withObject("/components/examples").set(name, kind.example(each));
      examples.putObject(name).put("$ref", "#/components/examples/" + name);
    }));
    return response;
  }

  private static ObjectNode withHeaders(ObjectNode response, boolean throttled) {
    reference(response, "X-Request-Id", "requestId");
    if (throttled) {
      new TreeMap<>(RATE_LIMIT).forEach((header, component) -> reference(response, header, component));
    }
    return response;
  }

  private static void reference(ObjectNode response, String header, String component) {
    response.withObjectProperty("headers").putObject(header).put("$ref", "#/components/headers/" + component);
  }

  private static JsonNode resource(String name) {
    try (InputStream file = ApiDocument.class.getResourceAsStream(FOLDER + name)) {
      if (file == null) {
        throw new IllegalStateException("the program lacks its resource " + FOLDER + name);
      }
      return YAML.readTree(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
