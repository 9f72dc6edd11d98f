package io.orderflow.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import akka.util.ByteString;
import io.orderflow.kernel.Money;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsSpec {

  private static final Function<JsonFields, Object> NOTHING = fields -> "";

  @Test
  void reads_each_kind_of_field() {
    assertThat(read("{'a':'Tea \uD83C\uDF75'}", fields -> fields.text("a", 5))).isEqualTo("Tea \uD83C\uDF75");
    assertThat(read("{'a':'x-1'}", fields -> fields.id("a"))).isEqualTo("x-1");
    assertThat(read("{'a':7}", fields -> fields.integer("a", 1, 7))).isEqualTo(7);
    assertThat(read("{'a':'7.50'}", fields -> fields.amount("a"))).isEqualTo(new BigDecimal("7.50"));
    assertThat(read("{'a':7.5}", fields -> fields.money("a", "EUR"))).isEqualTo(new Money(750, "EUR"));
    assertThat(read("{'a':1e2}", fields -> fields.money("a", "EUR"))).isEqualTo(new Money(10000, "EUR"));
    assertThat(read("{'a':'EUR'}", fields -> fields.currency("a"))).isEqualTo("EUR");
    assertThat(read("{'a':{'b':1}}", fields -> fields.object("a").integer("b", 1, 1))).isEqualTo(1);
    assertThat(read("{'a':[{'b':1},{'b':2}]}", fields -> fields.objects("a", 2).stream().map(o -> o.integer("b", 1, 2)).toList()))
        .isEqualTo(List.of(1, 2));
  }

  @Test
  void a_missing_or_null_field_is_missing_unless_it_is_optional() {
    refused("{}", fields -> fields.text("a", 5), "MISSING_FIELD", "a");
    refused("{'a':null}", fields -> fields.integer("a", 1, 5), "MISSING_FIELD", "a");
    refused("{'a':[{}]}", fields -> fields.objects("a", 5).get(0).id("b"), "MISSING_FIELD", "a[0].b");
    assertThat(read("{'a':null}", fields -> fields.optionalText("a", 5))).isEqualTo(Optional.empty());
    assertThat(read("{}", fields -> fields.optionalId("a"))).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "'   '", "'123456'", "1", "true", "[]", "{}", "'a\\u0000b'", "'a\\nb'", "'\\ud800'", "'\\udc00x'"})
  void a_text_is_neither_blank_nor_long_nor_broken(String value) {
    refused("{'a':" + value + "}", fields -> fields.text("a", 5), "INVALID_FIELD", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"''", "'-x'", "'a b'", "'a/b'", "'a|b'", "'\u00e4'", "1", "'a\\n'",
      "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'"})
  void an_id_has_the_form_of_ids(String value) {
    refused("{'a':" + value + "}", fields -> fields.id("a"), "INVALID_FIELD", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "11", "1.0", "1e1", "'1'", "true", "99999999999999999999", "-99999999999999999999",
      "1e999999999", "123456789012345678901234567890123456789012345678901234567890"})
  void an_integer_is_whole_and_within_its_bounds(String value) {
    refused("{'a':" + value + "}", fields -> fields.integer("a", 1, 10), "INVALID_FIELD", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0", "0.0", "-1", "'-1'", "'0.00'", "'1e5'", "'+1'", "' 1'", "''", "'NaN'", "'1,5'", "true", "[1]",
      "1e999999999", "1e-999999999", "-1e999999999", "0.001", "100e2147483640", "10e2147483647",
      "123456789012345678901234567890123456789012345678901234567890"})
  void money_is_above_zero_exact_and_not_huge(String value) {
    refused("{'a':" + value + "}", fields -> fields.money("a", "EUR"), "INVALID_FIELD", "a");
  }

  @Test
  void money_has_no_more_digits_than_its_currency() {
    refused("{'a':1.5}", fields -> fields.money("a", "JPY"), "INVALID_FIELD", "a");
    refused("{'a':'1.5'}", fields -> fields.money("a", "JPY"), "INVALID_FIELD", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"'eur'", "'XXX'", "'ZZZ'", "''", "978"})
  void a_currency_is_one_of_iso_4217(String value) {
    refused("{'a':" + value + "}", fields -> fields.currency("a"), "INVALID_FIELD", "a");
  }

  @Test
  void objects_and_lists_must_have_their_type() {
    refused("{'a':1}", fields -> fields.object("a"), "INVALID_FIELD", "a");
    refused("{'a':{}}", fields -> fields.objects("a", 2), "INVALID_FIELD", "a");
    refused("{'a':[]}", fields -> fields.objects("a", 2), "INVALID_FIELD", "a");
    refused("{'a':[{},{},{}]}", fields -> fields.objects("a", 2), "INVALID_FIELD", "a");
    refused("{'a':[{},7]}", fields -> fields.objects("a", 2), "INVALID_FIELD", "a[1]");
  }

  @Test
  void a_field_that_was_not_read_is_unknown_at_any_depth() {
    refused("{'a':1}", NOTHING, "UNKNOWN_FIELD", "a");
    refused("{'a':null}", NOTHING, "UNKNOWN_FIELD", "a");
    refused("{'a':{'b':1}}", fields -> fields.object("a"), "UNKNOWN_FIELD", "a.b");
    refused("{'a':[{},{'b':1}]}", fields -> fields.objects("a", 2), "UNKNOWN_FIELD", "a[1].b");
  }

  @Test
  void a_repeated_field_is_rejected() {
    refused("{'a':1,'a':1}", NOTHING, "DUPLICATE_FIELD", "a");
    refused("{'b':{'a':1,'a':1}}", NOTHING, "DUPLICATE_FIELD", "a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "[]", "1", "null", "'x'", "{", "{'a':1", "{'a':1}}", "{'a':1} {}", "{a:1}", "{'a':01}", "{'a':NaN}",
      "{'a':+1}", "{'a':1e}", "{'a':1e99999999999}", "{'a':'\\x'}", "{'a':[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]}"})
  void a_body_that_is_no_json_object_is_malformed(String body) {
    refused(body, fields -> fields.optionalText("a", 1), "MALFORMED_JSON", null);
  }

  @Test
  void bytes_that_are_not_utf_8_are_malformed() {
    byte[][] bodies = {{(byte) 0xff, (byte) 0xfe, 0}, {0, 0, 0, 'A', 0x7f, 0x7f, 0x7f, 0x7f}, {0, 0, (byte) 0xfe, (byte) 0xff, 0, 0x7f, 0, 0},
        {'{', '"', (byte) 0xc3, '"', ':', '1', '}'}, {0, '{', 0}, {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}};
    for (byte[] body : bodies) {
      assertThat(problem(ByteString.fromArray(body), NOTHING).code()).isEqualTo("MALFORMED_JSON");
    }
  }

  private static Object read(String body, Function<JsonFields, Object> reader) {
    return Json.read(bytes(body), reader);
  }

  private static void refused(String body, Function<JsonFields, Object> reader, String code, String field) {
    Problem problem = problem(bytes(body), reader);
    assertThat(problem.status()).isEqualTo(400);
    assertThat(problem.code()).isEqualTo(code);
    assertThat(problem.field()).isEqualTo(field);
  }

  private static Problem problem(ByteString body, Function<JsonFields, Object> reader) {
    ProblemException refusal = catchThrowableOfType(ProblemException.class, () -> Json.read(body, reader));
    assertThat(refusal).as("a refusal").isNotNull();
    return refusal.problem();
  }

  private static ByteString bytes(String body) {
    return ByteString.fromArray(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
