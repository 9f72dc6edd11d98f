package io.orderflow.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.orderflow.testkit.ApiContract;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document is valid, complete in itself, and its examples are what it says. */
class ApiDocumentSpec {

  /** Runs on Node.js 20 and later; later releases need 22. */
  private static final String LINTER = "@redocly/cli@2.77.0";
  private static final ObjectNode DOCUMENT = ApiDocument.read();

  @TempDir
  private Path folder;

  private static List<JsonNode> operations() {
    List<JsonNode> operations = new ArrayList<>();
    DOCUMENT.get("paths").forEach(path -> Stream.of("get", "put", "post", "delete").filter(path::has).forEach(method -> operations.add(path.get(method))));
    return operations;
  }

  private static JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? resolved(DOCUMENT.at(node.get("$ref").asText().substring(1))) : node;
  }

  @Test
  void a_parser_of_the_standard_reads_it_without_a_complaint() {
    ParseOptions options = new ParseOptions();
    options.setResolve(true);
    SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(DOCUMENT.toString(), null, options);
    assertThat(parsed.getMessages()).isEmpty();
    assertThat(parsed.getOpenAPI().getPaths()).hasSameSizeAs(DOCUMENT.get("paths"));
  }

  @Test
  void every_reference_leads_to_a_component() {
    List<JsonNode> references = DOCUMENT.findValues("$ref");
    assertThat(references).hasSizeGreaterThan(500).allSatisfy(reference ->
        assertThat(DOCUMENT.at(reference.asText().substring(1)).isMissingNode()).as(reference.asText()).isFalse());
  }

  @Test
  void every_operation_has_a_name_of_its_own_a_summary_a_tag_and_says_who_may_call() {
    Set<String> tags = new TreeSet<>();
    DOCUMENT.get("tags").forEach(tag -> tags.add(tag.get("name").asText()));
    assertThat(operations()).hasSizeGreaterThan(35).allSatisfy(operation -> {
      assertThat(operation.path("summary").asText()).isNotBlank();
      assertThat(tags).contains(operation.at("/tags/0").asText());
      assertThat(operation.path("security")).isNotEmpty();
    });
    assertThat(operations()).extracting(operation -> operation.get("operationId").asText()).doesNotHaveDuplicates();
  }

  @Test
  void every_example_is_valid() {
    List<JsonNode> contents = new ArrayList<>();
    operations().forEach(operation -> {
      contents.addAll(resolved(operation.path("requestBody")).findValues("content"));
      operation.get("responses").forEach(response -> Optional.ofNullable(resolved(response).get("content")).ifPresent(contents::add));
    });
    assertThat(contents).hasSizeGreaterThan(100).allSatisfy(content -> content.forEach(type -> {
      List<JsonNode> examples = examples(type);
      assertThat(examples).as(type.toString()).isNotEmpty().allSatisfy(example ->
          assertThat(ApiContract.published().violations(type.get("schema"), example)).as(example.toString()).isEmpty());
    }));
  }

  @Test
  void the_examples_of_a_request_show_every_field() {
    operations().stream().map(operation -> resolved(operation.path("requestBody")).at("/content/application~1json"))
        .filter(content -> !content.isMissingNode()).forEach(content -> {
          Set<String> fields = new TreeSet<>();
          resolved(content.get("schema")).get("properties").fieldNames().forEachRemaining(fields::add);
          examples(content).forEach(example -> example.fieldNames().forEachRemaining(fields::remove));
          assertThat(fields).as("fields of %s without an example", content.get("schema")).isEmpty();
        });
  }

  private static List<JsonNode> examples(JsonNode content) {
    List<JsonNode> examples = new ArrayList<>();
    content.path("examples").forEach(example -> examples.add(resolved(example).get("value")));
    if (content.has("example")) {
      examples.add(content.get("example"));
    }
    return examples;
  }

  /** Where no Node.js is, the linter can't run; on CI it must. */
  @Test
  void the_linter_has_no_warning() throws Exception {
    assumeTrue(System.getenv("CI") != null || Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "npx"))),
        "npx is not installed: the linter of the API's document is left out");
    Path file = folder.resolve("openapi.json");
    Path log = folder.resolve("log");
    Files.writeString(file, DOCUMENT.toString());
    Process linter = start(file, log);
    assertThat(linter.waitFor(5, TimeUnit.MINUTES)).as("the linter has ended").isTrue();
    assertThat(linter.exitValue()).as(Files.readString(log)).isZero();
    assertThat(Files.readString(log)).contains("is valid").doesNotContainPattern("You have [0-9]+ warning");
  }

  private Process start(Path file, Path log) throws IOException {
    try {
      return new ProcessBuilder("npx", "--yes", LINTER, "lint", "--format=stylish", file.toString()).directory(folder.toFile())
          .redirectErrorStream(true).redirectOutput(log.toFile()).start();
    } catch (IOException absent) {
      throw new IllegalStateException("npx (Node.js) must be installed where CI runs: the linter of the API's document needs it", absent);
    }
  }
}
