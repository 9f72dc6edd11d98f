package io.orderflow.openapi;

import io.orderflow.http.Json;
import java.util.List;
import java.util.stream.Collectors;

/** The pages about kinds of problem, in HTML. They are complete without scripts. */
final class ProblemPages {

  private ProblemPages() {}

  /** The list of all kinds. */
  static String index(List<ProblemKind> kinds) {
    String rows = kinds.stream().map(kind -> "<tr><td><a href=\"" + kind.page() + "\">" + kind.code() + "</a></td><td>" + statuses(kind)
        + "</td><td>" + text(kind.meaning()) + "</td></tr>\n").collect(Collectors.joining());
    return page("Problems", "<h1>Problems</h1>\n<p>Every answer that is not a success is <code>application/problem+json</code> (RFC 9457). Its <code>code</code>"
        + " is one of these, its <code>type</code> the page about it. <code>detail</code> is for people and may change.</p>\n"
        + "<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>\n" + rows + "</tbody></table>\n");
  }

  /** The page of one kind. */
  static String of(ProblemKind kind) {
    String example = Json.tree(kind.example(kind.statuses().get(0)).get("value")).toPrettyString();
    return page(kind.code(), "<h1>" + kind.code() + "</h1>\n<p class=\"status\">Status " + statuses(kind) + "</p>\n"
        + "<h2>What has happened</h2>\n<p>" + text(kind.meaning()) + "</p>\n<h2>What to do</h2>\n<p>" + text(kind.remedy()) + "</p>\n"
        + "<h2>Example</h2>\n<pre>" + escaped(example) + "</pre>\n<p><a href=\"/docs/problems\">All problems</a></p>\n");
  }

  private static String page(String title, String body) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + "<title>" + title + " – Orderflow</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/docs/docs.css\">\n</head>\n"
        + "<body>\n<header><a href=\"/docs\">Orderflow</a> <a href=\"/docs\">Document</a> <a href=\"/docs/problems\">Problems</a></header>\n<main class=\"page\">\n"
        + body + "</main>\n</body>\n</html>\n";
  }

  private static String statuses(ProblemKind kind) {
    return kind.statuses().stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** Text with its parts in back quotes as code. */
  private static String text(String text) {
    return escaped(text).replaceAll("`([^`]*)`", "<code>$1</code>");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
  }
}
