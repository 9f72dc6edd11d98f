package io.orderflow.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.util.ByteString;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON mapper for HTTP bodies: reads strictly, writes times in ISO-8601. */
public final class Json {

  /** Longer numbers are a syntax error. A number that is only too large for its field is rejected with the field's name. */
  private static final int MAX_NUMBER_LENGTH = 1000;
  private static final int MAX_NESTING = 20;
  /** Jackson's error message; the field's name appears nowhere else. */
  private static final Pattern DUPLICATE = Pattern.compile("Duplicate field '(.*)'", Pattern.DOTALL);

  private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder()
              .maxNumberLength(MAX_NUMBER_LENGTH).maxNestingDepth(MAX_NESTING).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build())
      .addModule(new JavaTimeModule())
      .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  private Json() {}

  /** The value as JSON. */
  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException defect) {
      throw new UncheckedIOException(defect);
    }
  }

  /** The value as a tree, as {@link #bytes} writes it. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Reads JSON that {@link #bytes} wrote and the program stored. */
  public static <T> T stored(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException defect) {
      throw new UncheckedIOException(defect);
    }
  }

  /** A response with the value as its JSON body. */
  public static HttpResponse response(int status, Object value) {
    return HttpResponse.create().withStatus(status)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, bytes(value)));
  }

  /**
   * Reads a client's JSON object.
   *
   * @param reader takes the fields that it knows; any other field is rejected
   * @throws ProblemException 400 if the body is not a JSON object, or a field is malformed, missing, out of range or unknown
   */
  public static <T> T read(ByteString body, Function<JsonFields, T> reader) {
    JsonFields fields = new JsonFields("", parse(body));
    T value = reader.apply(fields);
    fields.refuseUnknown();
    return value;
  }

  /**
   * Reads JSON from another of our programs or from a provider.
   *
   * @throws ProblemException 400 if the body is not JSON
   */
  public static JsonNode parse(ByteString body) {
    try {
      JsonNode node = MAPPER.readTree(body.toArrayUnsafe());
      if (node == null || node.isMissingNode()) {
        throw Problem.of(400, "MALFORMED_JSON", "the body is empty").exception();
      }
      return node;
    } catch (JsonProcessingException malformed) {
      Matcher duplicate = DUPLICATE.matcher(String.valueOf(malformed.getOriginalMessage()));
      if (duplicate.matches()) {
        throw Problem.field("DUPLICATE_FIELD", duplicate.group(1), "is repeated in the same object").exception();
      }
      String where = malformed.getLocation() == null ? ""
          : " (line " + malformed.getLocation().getLineNr() + ", column " + malformed.getLocation().getColumnNr() + ")";
      throw Problem.of(400, "MALFORMED_JSON", "the body is not valid JSON" + where).exception();
    } catch (IOException | NumberFormatException malformed) {
      // Invalid character encoding, or an exponent of more than ten digits.
      throw Problem.of(400, "MALFORMED_JSON", "the body is not valid JSON").exception();
    }
  }
}
