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

/** The one JSON mapper of the HTTP side: strict in what it reads, ISO-8601 in what it writes. */
public final class Json {

  /** A longer number is not even read; one that is merely too large for its field is refused in that field's name. */
  private static final int MAX_NUMBER_LENGTH = 1000;
  private static final int MAX_NESTING = 20;
  /** How Jackson complains; it tells the field's name nowhere else. */
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

  /** The value's JSON. */
  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException defect) {
      throw new UncheckedIOException(defect);
    }
  }

  /** Reads what {@link #bytes} wrote and this program kept. */
  public static <T> T stored(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException defect) {
      throw new UncheckedIOException(defect);
    }
  }

  /** An answer with the value as its JSON body. */
  public static HttpResponse response(int status, Object value) {
    return HttpResponse.create().withStatus(status)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, bytes(value)));
  }

  /**
   * Reads a JSON object of a client.
   *
   * @param reader takes each field that it knows; a field that it did not take is refused
   * @throws ProblemException 400 when it is no JSON, no object, or a field is malformed, missing, out of range or unknown
   */
  public static <T> T read(ByteString body, Function<JsonFields, T> reader) {
    JsonFields fields = new JsonFields("", parse(body));
    T value = reader.apply(fields);
    fields.refuseUnknown();
    return value;
  }

  /**
   * Reads JSON that another program of ours or a provider sent.
   *
   * @throws ProblemException 400 when it is no JSON
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
        throw Problem.field("DUPLICATE_FIELD", duplicate.group(1), "stands twice in the same object").exception();
      }
      String where = malformed.getLocation() == null ? ""
          : " (line " + malformed.getLocation().getLineNr() + ", column " + malformed.getLocation().getColumnNr() + ")";
      throw Problem.of(400, "MALFORMED_JSON", "the body is not valid JSON" + where).exception();
    } catch (IOException | NumberFormatException malformed) {
      // Bytes that are no characters, an exponent of more than ten digits.
      throw Problem.of(400, "MALFORMED_JSON", "the body is not valid JSON").exception();
    }
  }
}
