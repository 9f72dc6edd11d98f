package io.orderflow.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** All kinds of problem, in alphabetical order of their codes, and the sets that operations have in common. Read from {@code problems.yaml}. */
final class ProblemKinds {

  private final Map<String, ProblemKind> kinds = new LinkedHashMap<>();
  private final JsonNode sets;

  ProblemKinds(JsonNode source) {
    this.sets = source.required("sets");
    source.required("problems").properties().forEach(entry -> kinds.put(entry.getKey(), ProblemKind.read(entry.getKey(), entry.getValue())));
  }

  List<ProblemKind> all() {
    return kinds.values().stream().sorted((one, other) -> one.code().compareTo(other.code())).toList();
  }

  /** @throws IllegalStateException if there is none of this code: the document names a code that nobody has explained */
  ProblemKind of(String code) {
    return Optional.ofNullable(kinds.get(code)).orElseThrow(() -> new IllegalStateException("problems.yaml lacks " + code));
  }

  Stream<ProblemKind> set(String name) {
    List<ProblemKind> set = new ArrayList<>();
    sets.required(name).forEach(code -> set.add(of(code.textValue())));
    return set.stream();
  }
}
