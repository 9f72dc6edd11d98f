package io.orderflow.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.kernel.Ids;
import io.orderflow.kernel.Money;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a client's JSON object field by field. Each method throws a {@link ProblemException} with status 400 that names the field:
 * {@code MISSING_FIELD}, {@code INVALID_FIELD}, {@code UNKNOWN_FIELD}. Null counts as missing.
 */
public final class JsonFields {

  private final String path;
  private final JsonNode node;
  private final Set<String> taken = new HashSet<>();
  private final List<JsonFields> children = new ArrayList<>();

  JsonFields(String path, JsonNode node) {
    this.path = path;
    this.node = node;
    if (!node.isObject()) {
      String name = path.isEmpty() ? "the body" : path.substring(0, path.length() - 1);
      throw path.isEmpty() ? Problem.of(400, "MALFORMED_JSON", "the body must be a JSON object").exception()
          : Problem.field("INVALID_FIELD", name, "must be an object").exception();
    }
  }

  /** A text of 1 to {@code maxLength} characters, not blank and without control characters. */
  public String text(String name, int maxLength) {
    return optionalText(name, maxLength).orElseThrow(() -> missing(name));
  }

  public Optional<String> optionalText(String name, int maxLength) {
    return take(name).map(value -> {
      if (!value.isTextual()) {
        throw invalid(name, "must be a string");
      }
      String text = value.textValue();
      if (text.isBlank() || text.codePointCount(0, text.length()) > maxLength) {
        throw invalid(name, "must have 1 to " + maxLength + " characters");
      }
      if (text.codePoints().anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
        throw invalid(name, "must not contain control characters");
      }
      return text;
    });
  }

  /** An id in the form of {@link Ids#FORM}. */
  public String id(String name) {
    return optionalId(name).orElseThrow(() -> missing(name));
  }

  public Optional<String> optionalId(String name) {
    return take(name).map(value -> {
      if (!value.isTextual() || !Ids.valid(value.textValue())) {
        throw invalid(name, "must be a string that matches " + Ids.FORM);
      }
      return value.textValue();
    });
  }

  /** A whole number from {@code min} to {@code max}, both included. */
  public int integer(String name, int min, int max) {
    return optionalInteger(name, min, max).orElseThrow(() -> missing(name));
  }

  public Optional<Integer> optionalInteger(String name, int min, int max) {
    return take(name).map(value -> {
      BigInteger number = value.isIntegralNumber() ? value.bigIntegerValue() : null;
      if (number == null || number.compareTo(BigInteger.valueOf(min)) < 0 || number.compareTo(BigInteger.valueOf(max)) > 0) {
        throw invalid(name, "must be a whole number from " + min + " to " + max);
      }
      return number.intValueExact();
    });
  }

  /** A number from 0 to 1, both included. */
  public Optional<BigDecimal> optionalShare(String name) {
    return take(name).map(value -> {
      BigDecimal share = value.isNumber() ? value.decimalValue() : null;
      if (share == null || share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
        throw invalid(name, "must be a number from 0 to 1");
      }
      return share;
    });
  }

  public Optional<Boolean> optionalFlag(String name) {
    return take(name).map(value -> {
      if (!value.isBoolean()) {
        throw invalid(name, "must be true or false");
      }
      return value.booleanValue();
    });
  }

  /** A decimal above zero, as a JSON string or number. The currency's limit on decimal places is not checked here. */
  public BigDecimal amount(String name) {
    JsonNode value = take(name).orElseThrow(() -> missing(name));
    BigDecimal amount;
    if (value.isNumber()) {
      amount = value.decimalValue();
    } else if (value.isTextual() && value.textValue().matches("-?[0-9]{1,20}(\\.[0-9]{1,10})?")) {
      amount = new BigDecimal(value.textValue());
    } else {
      throw invalid(name, "must be a decimal number");
    }
    if (amount.signum() <= 0) {
      throw invalid(name, "must be above zero");
    }
    return amount;
  }

  /** An amount above zero in that currency. */
  public Money money(String name, String currency) {
    try {
      return Money.of(amount(name), currency);
    } catch (IllegalArgumentException wrong) {
      throw invalid(name, wrong.getMessage());
    }
  }

  /** An ISO 4217 code. */
  public String currency(String name) {
    return optionalCurrency(name).orElseThrow(() -> missing(name));
  }

  public Optional<String> optionalCurrency(String name) {
    return take(name).map(value -> {
      if (!value.isTextual() || Money.digits(value.textValue()).isEmpty()) {
        throw invalid(name, "must be an ISO 4217 currency code");
      }
      return value.textValue();
    });
  }

  public JsonFields object(String name) {
    return optionalObject(name).orElseThrow(() -> missing(name));
  }

  public Optional<JsonFields> optionalObject(String name) {
    return take(name).map(value -> child(path + name + ".", value));
  }

  /** A list of 1 to {@code max} objects. */
  public List<JsonFields> objects(String name, int max) {
    JsonNode value = take(name).orElseThrow(() -> missing(name));
    if (!value.isArray() || value.isEmpty() || value.size() > max) {
      throw invalid(name, "must be a list of 1 to " + max + " objects");
    }
    List<JsonFields> objects = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      objects.add(child(path + name + "[" + i + "].", value.get(i)));
    }
    return objects;
  }

  /** The problem for a value that the caller found invalid. */
  public ProblemException invalid(String name, String detail) {
    return Problem.field("INVALID_FIELD", path + name, detail).exception();
  }

  void refuseUnknown() {
    node.fieldNames().forEachRemaining(name -> {
      if (!taken.contains(name)) {
        throw Problem.field("UNKNOWN_FIELD", path + name, "is not a field of this request").exception();
      }
    });
    children.forEach(JsonFields::refuseUnknown);
  }

  private ProblemException missing(String name) {
    return Problem.field("MISSING_FIELD", path + name, "is required").exception();
  }

  private JsonFields child(String childPath, JsonNode value) {
    JsonFields child = new JsonFields(childPath, value);
    children.add(child);
    return child;
  }

  private Optional<JsonNode> take(String name) {
    taken.add(name);
    return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
  }
}
