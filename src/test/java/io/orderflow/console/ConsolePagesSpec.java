package io.orderflow.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console's files as a browser gets them. */
class ConsolePagesSpec {

  /** What a page or a script of the console loads. */
  private static final Pattern LOADS = Pattern.compile("(?:href|src)=\"(/[^\"]*)\"|from '\\./([^']*)'|import\\('\\./([^']*)'\\)");

  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @TempDir
  private Path data;
  private TestNode node;

  @AfterEach
  void stop() {
    node.close();
  }

  private HttpResponse<String> get(String part, String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port(part) + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void the_operators_port_leads_to_the_console_and_serves_all_that_its_files_load() throws Exception {
    node = TestNode.start(data, ConfigFactory.empty());
    for (String entrance : new String[] {"/", "/console"}) {
      HttpResponse<String> led = get("ops", entrance);
      assertThat(led.statusCode()).isEqualTo(302);
      assertThat(led.headers().firstValue("Location")).contains("/console/");
    }
    Set<String> seen = new TreeSet<>();
    Set<String> open = new TreeSet<>(Set.of("/console/"));
    while (!open.isEmpty()) {
      String path = open.iterator().next();
      open.remove(path);
      seen.add(path);
      HttpResponse<String> file = get("ops", path);
      assertThat(file.statusCode()).as(path).isEqualTo(200);
      if (!path.equals("/console/preact.js") && !path.endsWith(".svg")) {
        assertThat(file.body()).as(path).doesNotContain("http://", "https://", " style=\"", "innerHTML", "eval(");
      }
      LOADS.matcher(file.body()).results().map(found -> found.group(1) != null ? found.group(1)
              : "/console/" + (found.group(2) != null ? found.group(2) : found.group(3)))
          .filter(found -> !seen.contains(found)).forEach(open::add);
    }
    assertThat(seen).contains("/console/app.js", "/console/preact.js", "/console/console.css", "/console/icon.svg");
  }

  @Test
  void a_browser_may_run_nothing_but_the_consoles_scripts_and_loads_a_file_again_only_when_it_has_changed() throws Exception {
    node = TestNode.start(data, ConfigFactory.empty());
    HttpResponse<String> script = get("ops", "/console/app.js");
    assertThat(script.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/javascript");
    assertThat(script.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'").doesNotContain("unsafe");
    assertThat(script.headers().firstValue("Cache-Control")).contains("no-cache");
    HttpResponse<String> again = get("ops", "/console/app.js", "If-None-Match", script.headers().firstValue("ETag").orElseThrow());
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.headers().firstValue("ETag")).isEqualTo(script.headers().firstValue("ETag"));
    assertThat(again.body()).isEmpty();
    assertThat(get("ops", "/console/app.js", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
  }

  @Test
  void there_is_no_console_on_the_clients_port_and_no_way_out_of_its_folder() throws Exception {
    node = TestNode.start(data, ConfigFactory.empty());
    for (String path : new String[] {"/", "/console", "/console/", "/console/app.js"}) {
      assertThat(get("gateway", path).statusCode()).as(path).isEqualTo(404);
    }
    for (String path : new String[] {"/console/nothing.js", "/console/reference.conf", "/console/a/b/c.js", "/console//reference.conf", "/consoles"}) {
      assertThat(get("ops", path).statusCode()).as(path).isEqualTo(404);
    }
    for (String path : new String[] {"/console/../reference.conf", "/console/%2e%2e/reference.conf", "/console/..%2freference.conf"}) {
      assertThat(get("ops", path).statusCode()).as(path).isIn(400, 404);
    }
  }

  @Test
  void the_pages_ask_for_no_token_where_data_does() throws Exception {
    try (TestIssuer issuer = new TestIssuer()) {
      node = TestNode.start(data, issuer.settings());
      for (String path : new String[] {"/console/", "/console/app.js", "/docs", "/openapi.json"}) {
        assertThat(get("ops", path).statusCode()).as(path).isEqualTo(200);
      }
      assertThat(get("ops", "/ops/orders").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void the_page_may_ask_the_issuer_for_a_token_and_nobody_else() throws Exception {
    try (TestIssuer issuer = new TestIssuer()) {
      node = TestNode.start(data, ConfigFactory.parseMap(Map.of("orderflow.console.client-id", TestIssuer.CONSOLE, "orderflow.console.authorization-endpoint",
          issuer.authorizationEndpoint(), "orderflow.console.token-endpoint", issuer.tokenEndpoint())).withFallback(issuer.settings()));
      String origin = issuer.tokenEndpoint().replace("/token", "");
      assertThat(get("ops", "/console/").headers().firstValue("Content-Security-Policy").orElseThrow()).contains("connect-src 'self' " + origin + ";")
          .contains("default-src 'none'", "script-src 'self'").doesNotContain("unsafe");
      assertThat(get("ops", "/console/app.js").headers().firstValue("Content-Security-Policy").orElseThrow()).contains("connect-src 'self';");
      assertThat(get("ops", "/console/sign-in.json").body()).contains("\"clientId\":\"orderflow-console\"", "\"issuer\":\"" + TestIssuer.NAME + "\"",
          "\"scope\":\"ops:read ops:write\"");
    }
  }

  @Test
  void a_node_without_an_issuer_names_none() throws Exception {
    node = TestNode.start(data, ConfigFactory.empty());
    assertThat(get("ops", "/console/sign-in.json").body()).isEqualTo("{}");
  }
}
