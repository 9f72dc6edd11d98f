package io.orderflow.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A kind of problem, for the document and for its page.
 *
 * @param statuses the HTTP statuses that it is answered with
 * @param meaning what has happened; code in back quotes
 * @param remedy what to do about it
 * @param example a {@code detail}
 * @param field the field of the example; null for a problem that names none
 */
record ProblemKind(String code, List<Integer> statuses, String meaning, String remedy, String example, String field) {

  private static final String EXAMPLE_REQUEST = "d8331fc7-0197-4ef6-e0f8-0259a6379666";

  static ProblemKind read(String code, JsonNode source) {
    JsonNode status = source.required("status");
    List<Integer> statuses = status.isArray() ? StreamSupport.stream(status.spliterator(), false).map(JsonNode::intValue).toList()
        : List.of(status.intValue());
    return new ProblemKind(code, statuses, source.required("means").textValue(), source.required("do").textValue(),
        source.required("example").textValue(), source.path("field").textValue());
  }

  /** The path of its page, which is the {@code type} of its problems. */
  String page() {
    return Problem.page(code);
  }

  /** Its name among the document's examples, for that status. */
  String exampleName(int status) {
    return statuses.size() == 1 ? code : code + "_" + status;
  }

  /** An example of it as the document has it. */
  ObjectNode example(int status) {
    Problem problem = new Problem(status, code, example, field, null, null, EXAMPLE_REQUEST);
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("summary", code);
    node.set("value", Json.tree(problem));
    return node;
  }
}
