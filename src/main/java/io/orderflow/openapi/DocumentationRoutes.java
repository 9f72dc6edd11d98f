package io.orderflow.openapi;

import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.http.StaticFile;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Serves the API's document at {@code /openapi.json}, its viewer at {@code /docs} and a page about each kind of problem at {@code /docs/problems}. Any
 * server of a node can mount the routes. Everything is in memory, and nothing comes from another site.
 */
public final class DocumentationRoutes extends Routes {

  /** The files by path. Made at the first request for one of them: made at each node's start, they took a sixth of it. */
  private static final class Files {

    private static final String OWN = "openapi/viewer/";
    private static final Map<String, StaticFile> ALL = all();

    private static Map<String, StaticFile> all() {
      Map<String, StaticFile> files = new HashMap<>();
      files.put("/openapi.json", StaticFile.of("json", Json.bytes(ApiDocument.read())));
      files.put("/docs", StaticFile.resource(OWN + "index.html"));
      files.put("/docs/docs.js", StaticFile.resource(OWN + "docs.js"));
      files.put("/docs/docs.css", StaticFile.resource(OWN + "docs.css"));
      for (String file : new String[] {"swagger-ui.css", "swagger-ui-bundle.js"}) {
        files.put("/docs/" + file, StaticFile.webjar("org.webjars", "swagger-ui", file));
      }
      ProblemKinds problems = ApiDocument.problems();
      files.put("/docs/problems", page(ProblemPages.index(problems.all())));
      problems.all().forEach(kind -> files.put(kind.page(), page(ProblemPages.of(kind))));
      return files;
    }

    private static StaticFile page(String html) {
      return StaticFile.of("html", html.getBytes(StandardCharsets.UTF_8));
    }
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
    return get(Access.ANYBODY, anybody -> {
      StaticFile file = Files.ALL.get(path);
      return file == null ? complete(Problem.NOTHING_HERE.response()) : extractRequest(request -> complete(file.response(request)));
    });
  }
}
