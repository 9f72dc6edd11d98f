package io.orderflow.http;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.AllDirectives;
import akka.http.javadsl.server.Route;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Selects a page of a list, newest first: {@code ?limit=&cursor=}. The cursor identifies the last row of the previous page, so no row is skipped or
 * repeated while new rows arrive.
 *
 * @param limit the rows per page, 1 to {@link #MAX_LIMIT}
 * @param before the page contains rows older than this, and rows as old with a smaller id
 * @param beforeId the id to compare with
 */
public record Page(int limit, Instant before, String beforeId) {

  public static final int MAX_LIMIT = 500;
  private static final int DEFAULT_LIMIT = 50;
  /** The id after the time in a cursor. It goes into SQL, where not every character is valid. */
  private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]{0,255}");
  private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");
  private static final class Directives extends AllDirectives {}

  /** Reads the two parameters from the query; 400 if one is malformed. */
  public static Route parameters(Function<Page, Route> inner) {
    Directives take = new Directives();
    return take.parameterOptional("limit", limit -> take.parameterOptional("cursor", cursor -> inner.apply(of(limit, cursor))));
  }

  private static Page of(Optional<String> limit, Optional<String> cursor) {
    int rows = limit.map(Page::number).orElse(DEFAULT_LIMIT);
    return cursor.map(after -> after(after, rows)).orElseGet(() -> first(rows));
  }

  /** The first page: the newest rows. */
  public static Page first(int limit) {
    return new Page(limit, END_OF_TIME, "");
  }

  /**
   * The page after the cursor.
   *
   * @throws ProblemException 400 if the cursor is invalid
   */
  public static Page after(String cursor, int limit) {
    try {
      String[] parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\\|", 2);
      Page page = new Page(limit, Instant.ofEpochMilli(Long.parseLong(parts[0])), parts[1]);
      if (ID.matcher(page.beforeId()).matches() && !page.before().isBefore(Instant.EPOCH) && !page.before().isAfter(END_OF_TIME)) {
        return page;
      }
    } catch (RuntimeException malformed) {
      // Reported below.
    }
    throw Problem.field("INVALID_FIELD", "cursor", "must be a cursor returned by this list").exception();
  }

  private static int number(String limit) {
    if (!limit.matches("[0-9]{1,4}") || Integer.parseInt(limit) < 1 || Integer.parseInt(limit) > MAX_LIMIT) {
      throw Problem.field("INVALID_FIELD", "limit", "must be a whole number from 1 to " + MAX_LIMIT).exception();
    }
    return Integer.parseInt(limit);
  }

  /**
   * The response body for this page, to be sent by {@link #response}.
   *
   * @param rows up to one more than the limit; the extra row shows that there is a next page
   * @return the rows under {@code name}, and {@code next}: the cursor of the next page, null on the last
   */
  public <T> Map<String, Object> answer(String name, List<T> rows, Function<T, Instant> time, Function<T, String> id) {
    return answer(name, rows, time, id, Function.identity());
  }

  /** The same, with each row converted by {@code view}. */
  public <T> Map<String, Object> answer(String name, List<T> rows, Function<T, Instant> time, Function<T, String> id,
      Function<T, ?> view) {
    List<T> shown = rows.size() > limit ? rows.subList(0, limit) : rows;
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(name, shown.stream().map(view).toList());
    answer.put("next", rows.size() > limit ? cursor(time.apply(shown.get(limit - 1)), id.apply(shown.get(limit - 1))) : null);
    return answer;
  }

  /** The response with a page of a list: its body, and the link to the next page. */
  public static HttpResponse response(Map<String, Object> answer) {
    return NextPage.response(answer, "cursor");
  }

  /** The same for a list whose pages are selected by another parameter than {@code cursor}. */
  public static HttpResponse response(Map<String, Object> answer, String parameter) {
    return NextPage.response(answer, parameter);
  }

  /** The cursor of the page that begins after the row with this time and id. */
  public static String cursor(Instant time, String id) {
    String plain = time.toEpochMilli() + "|" + id;
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }
}
