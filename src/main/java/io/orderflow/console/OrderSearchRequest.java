package io.orderflow.console;

import io.orderflow.http.Problem;
import io.orderflow.http.RequestKey;
import io.orderflow.order.OrderRoutes;
import io.orderflow.saga.SagaStatus;
import io.orderflow.security.Caller;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what an operator looks for. */
final class OrderSearchRequest {

  /** The names of the parameters. */
  static final List<String> FILTERS = List.of("q", "status", "reason", "state", "step", "retrying", "from", "to");
  static final int MAX_TEXT = 320;
  private static final Pattern TEXT = Pattern.compile("[\\x21-\\x7e](?:[\\x20-\\x7e]{0,318}[\\x21-\\x7e])?");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Set<String> STATUSES = Set.of("PENDING", "CONFIRMED", "CANCELLED");
  private static final Set<String> STATES = Stream.of(SagaStatus.RUNNING, SagaStatus.COMPENSATING, SagaStatus.COMPENSATION_FAILED).map(Enum::name)
      .collect(Collectors.toUnmodifiableSet());

  private final String issuer;

  /** @param issuer of the tokens of those who chose idempotency keys; empty in open mode */
  OrderSearchRequest(String issuer) {
    this.issuer = issuer;
  }

  /**
   * Reads a search from its parameters; those that it does not know are ignored.
   *
   * @throws io.orderflow.http.ProblemException 400 if one is malformed
   */
  OrderSearch read(Map<String, String> query) {
    Map<String, String> given = new HashMap<>(query);
    given.values().removeIf(String::isBlank);
    Optional<String> text = Optional.ofNullable(given.get("q")).map(String::strip);
    text.filter(typed -> !TEXT.matcher(typed).matches()).ifPresent(typed -> {
      throw Problem.field("INVALID_FIELD", "q", "must be 1 to 320 visible ASCII characters").exception();
    });
    return new OrderSearch(text, text.map(this::ids).orElse(List.of()), oneOf(given, "status", STATUSES), word(given, "reason"),
        oneOf(given, "state", STATES), word(given, "step"), oneOf(given, "retrying", Set.of("true", "false")).filter("true"::equals).isPresent(),
        instant(given, "from"), instant(given, "to"));
  }

  /** The text itself, and the order of the idempotency key that it may be: with tokens a key belongs to a customer, whose id precedes it. */
  private List<String> ids(String text) {
    List<String> ids = new ArrayList<>(List.of(text));
    String[] words = text.split(" ", 2);
    if (issuer.isEmpty()) {
      ids.add(OrderRoutes.idOf(new RequestKey(Optional.empty(), text)));
    } else if (words.length == 2) {
      ids.add(OrderRoutes.idOf(new RequestKey(Caller.of(issuer, words[0], Set.of()).namespace(), words[1].strip())));
    }
    return ids;
  }

  private static Optional<String> oneOf(Map<String, String> query, String name, Set<String> known) {
    Optional<String> value = Optional.ofNullable(query.get(name));
    value.filter(given -> !known.contains(given)).ifPresent(given -> {
      throw Problem.field("INVALID_FIELD", name, "must be one of " + known.stream().sorted().toList()).exception();
    });
    return value;
  }

  private static Optional<String> word(Map<String, String> query, String name) {
    Optional<String> value = Optional.ofNullable(query.get(name));
    value.filter(given -> !WORD.matcher(given).matches()).ifPresent(given -> {
      throw Problem.field("INVALID_FIELD", name, "must match " + WORD).exception();
    });
    return value;
  }

  private static Optional<Instant> instant(Map<String, String> query, String name) {
    try {
      return Optional.ofNullable(query.get(name)).map(Instant::parse);
    } catch (DateTimeParseException malformed) {
      throw Problem.field("INVALID_FIELD", name, "must be an instant in ISO 8601, UTC").exception();
    }
  }
}
