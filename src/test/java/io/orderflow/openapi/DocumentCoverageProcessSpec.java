package io.orderflow.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.testkit.ApiCoverage;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Each answer that the document gives to an operation was seen by a spec of this build: what the program does not do must not be documented. Runs with the
 * process specs, after all others. Answers that every operation has in common, such as 503 SERVICE_UNAVAILABLE, count for none.
 */
class DocumentCoverageProcessSpec {

  /**
   * Answers that no spec gets by a client that is compared with the document. BUSY needs 10,000 commands that wait, or a node with more orders than it can
   * do ({@code GroupCommitSpec}, {@code AdmissionSpec}); CART_CHANGED needs a change within a checkout ({@code ShoppingCartSpec}). What an operator does
   * to projections that stopped or parked is in the specs of their package; {@code ChangeStreamSpec} reads the stream.
   */
  private static final Set<String> NOT_PROVOKED = Set.of(
      "checkOutCart 503 BUSY", "deposit 503 BUSY", "getAccount 503 BUSY", "listAccountEvents 503 BUSY", "openAccount 503 BUSY", "placeOrder 503 BUSY",
      "restockProduct 503 BUSY", "transfer 503 BUSY", "withdraw 503 BUSY", "checkOutCart 409 CART_CHANGED", "resumeProjection 202",
      "retryParked 409 EVENTS_MISSING", "retryParked 409 PARKED_AT_ANOTHER_EVENT", "skipParked 409 EVENTS_MISSING", "watchChanges 200");

  /** The sets of {@code problems.yaml}. */
  private static final List<String> COMMON = List.of("all", "changes", "undocumented", "api", "operations", "parameters", "body");
  private static final JsonNode DOCUMENT = ApiDocument.read();

  private static Set<String> documented() {
    Set<String> common = COMMON.stream().flatMap(set -> ApiDocument.problems().set(set)).map(ProblemKind::code).collect(Collectors.toSet());
    Set<String> answers = new TreeSet<>();
    DOCUMENT.get("paths").forEach(path -> path.properties().forEach(operation -> operation.getValue().path("responses").properties().forEach(response -> {
      String name = operation.getValue().path("operationId").asText() + " " + response.getKey();
      if (response.getKey().startsWith("2")) {
        answers.add(name);
      } else if (response.getKey().matches("[45][0-9]{2}")) {
        JsonNode answer = response.getValue().has("$ref") ? DOCUMENT.at(response.getValue().get("$ref").asText().substring(1)) : response.getValue();
        answer.path(ApiDocument.CODES).forEach(code -> {
          if (!common.contains(code.asText())) {
            answers.add(name + " " + code.asText());
          }
        });
      }
    })));
    return answers;
  }

  @Test
  void every_documented_answer_was_given_to_a_spec() throws IOException {
    assumeTrue(System.getProperty("test") == null && System.getProperty("it.test") == null, "only some specs ran");
    Set<String> missing = documented();
    assertThat(missing).hasSizeGreaterThan(100);
    missing.removeAll(ApiCoverage.read());
    missing.removeAll(NOT_PROVOKED);
    assertThat(missing).isEmpty();
  }
}
