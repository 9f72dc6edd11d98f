package io.orderflow.openapi;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import akka.util.ByteString;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;

/**
 * Serves the API's document at {@code /openapi.json}, its viewer at {@code /docs} and a page about each kind of problem at {@code /docs/problems}. Any
 * server of a node can mount the routes. Everything is in memory, and nothing comes from another site.
 */
public final class DocumentationRoutes extends Routes {

  /** Scripts and styles from files of this node alone. The viewer's style sheet has images in {@code data:} URLs. */
  private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
      + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final ContentType HTML = ContentTypes.create(MediaTypes.TEXT_HTML, HttpCharsets.UTF_8);
  private static final ContentType CSS = ContentTypes.create(MediaTypes.TEXT_CSS, HttpCharsets.UTF_8);
  private static final ContentType SCRIPT = ContentTypes.create(MediaTypes.APPLICATION_JAVASCRIPT, HttpCharsets.UTF_8);
  private static final String VIEWER = "META-INF/resources/webjars/swagger-ui/";
  private static final String OWN = "openapi/viewer/";

  private record File(ContentType type, ByteString bytes, String tag) {

    private File(ContentType type, byte[] bytes) {
      this(type, ByteString.fromArray(bytes), '"' + UUID.nameUUIDFromBytes(bytes).toString() + '"');
    }
  }

  /** By path. */
  private final Map<String, File> files = new HashMap<>();

  /** Assembles the document and reads the files. */
  public DocumentationRoutes() {
    files.put("/openapi.json", new File(ContentTypes.APPLICATION_JSON, Json.bytes(ApiDocument.read())));
    files.put("/docs", new File(HTML, resource(OWN + "index.html")));
    files.put("/docs/docs.js", new File(SCRIPT, resource(OWN + "docs.js")));
    files.put("/docs/docs.css", new File(CSS, resource(OWN + "docs.css")));
    String viewer = VIEWER + viewerVersion() + "/";
    files.put("/docs/swagger-ui.css", new File(CSS, resource(viewer + "swagger-ui.css")));
    files.put("/docs/swagger-ui-bundle.js", new File(SCRIPT, resource(viewer + "swagger-ui-bundle.js")));
    ProblemKinds problems = ApiDocument.problems();
    files.put("/docs/problems", page(ProblemPages.index(problems.all())));
    problems.all().forEach(kind -> files.put(kind.page(), page(ProblemPages.of(kind))));
  }

  /** Routes {@code /openapi.json} and everything under {@code /docs}. */
  public Route routes() {
    return concat(
        path("openapi.json", () -> file("/openapi.json")),
        pathPrefix("docs", () -> concat(
            pathEndOrSingleSlash(() -> file("/docs")),
            path(PathMatchers.remaining(), rest -> file("/docs/" + rest)))));
  }

  private Route file(String path) {
    File file = files.get(path);
    return get(Access.ANYBODY, anybody -> file == null ? complete(Problem.NOTHING_HERE.response())
        : extractRequest(request -> complete(answer(file, request))));
  }

  /** Compares the tag itself: the gateway's server does not parse {@code If-None-Match}, so Akka's directive would not see it. */
  private static HttpResponse answer(File file, HttpRequest request) {
    boolean known = request.getHeader("If-None-Match").filter(tags -> tags.value().contains(file.tag())).isPresent();
    HttpResponse response = known ? HttpResponse.create().withStatus(304)
        : HttpResponse.create().withEntity(HttpEntities.create(file.type(), file.bytes()));
    return response.addHeader(RawHeader.create("ETag", file.tag()))
        .addHeader(RawHeader.create("Cache-Control", "no-cache"))
        .addHeader(RawHeader.create("Content-Security-Policy", CONTENT_SECURITY_POLICY))
        .addHeader(RawHeader.create("Referrer-Policy", "no-referrer"));
  }

  private static File page(String html) {
    return new File(HTML, html.getBytes(StandardCharsets.UTF_8));
  }

  /** The version of the viewer's library, which is a part of its files' paths. */
  private static String viewerVersion() {
    Properties properties = new Properties();
    try (InputStream file = open("META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
      properties.load(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return properties.getProperty("version");
  }

  private static byte[] resource(String name) {
    try (InputStream file = open(name)) {
      return file.readAllBytes();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static InputStream open(String name) {
    InputStream file = DocumentationRoutes.class.getClassLoader().getResourceAsStream(name);
    if (file == null) {
      throw new IllegalStateException("the program lacks its resource " + name);
    }
    return file;
  }
}
