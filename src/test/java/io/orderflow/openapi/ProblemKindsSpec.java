package io.orderflow.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The codes in the program and the codes that are explained are the same. */
class ProblemKindsSpec {

  private static final Path SOURCE = Path.of("src/main/java");
  /** A problem or a rejection that is made with its code beside it. */
  private static final Pattern MADE = Pattern.compile("(?:Problem\\.(?:of|notNow|field)|Rejection\\.(?:invalid|notFound|conflict|unprocessable|unavailable)"
      + "|new MalformedMessage)\\(\\s*(?:[0-9]{3}, )?\"([A-Z][A-Z_]+)\"");
  private static final Pattern TEXT = Pattern.compile("\"([A-Z]+(?:_[A-Z]+)*)\"");
  /** Rejections of commands that no client sends: sagas read them, or their callers replace them. */
  private static final Set<String> INTERNAL = Set.of("EXPIRED", "NOT_RESERVED", "ORDER_ENDED", "OUT_OF_STOCK", "PAYMENT_REFUNDED", "PRICE_CHANGED",
      "RESERVATION_CLOSED", "SHIPMENT_CANCELLED", "TOO_LATE", "VOIDED");

  private static String program() {
    try (Stream<Path> files = Files.walk(SOURCE)) {
      return files.filter(file -> file.toString().endsWith(".java")).map(ProblemKindsSpec::text).collect(Collectors.joining("\n"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> explained() {
    return ApiDocument.problems().all().stream().map(ProblemKind::code).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void every_code_of_the_program_is_explained() {
    Set<String> made = found(MADE, program());
    assertThat(made).hasSizeGreaterThan(50);
    made.removeAll(INTERNAL);
    assertThat(explained()).containsAll(made);
  }

  @Test
  void every_code_that_is_explained_is_one_of_the_program() {
    assertThat(found(TEXT, program())).containsAll(explained());
  }

  @Test
  void no_code_is_both_internal_and_explained() {
    assertThat(explained()).doesNotContainAnyElementsOf(INTERNAL);
    assertThat(found(MADE, program())).containsAll(INTERNAL);
  }

  @Test
  void every_kind_has_words_for_people() {
    assertThat(ApiDocument.problems().all()).allSatisfy(kind -> {
      assertThat(kind.meaning()).as(kind.code()).endsWith(".");
      assertThat(kind.remedy()).as(kind.code()).endsWith(".");
      assertThat(kind.example()).as(kind.code()).isNotBlank().doesNotEndWith(".");
      assertThat(kind.statuses()).as(kind.code()).isNotEmpty().allMatch(status -> status >= 400);
    });
  }
}
