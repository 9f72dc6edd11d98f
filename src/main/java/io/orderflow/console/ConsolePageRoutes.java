package io.orderflow.console;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Location;
import akka.http.javadsl.server.PathMatchers;
import akka.http.javadsl.server.Route;
import com.typesafe.config.Config;
import io.orderflow.http.Access;
import io.orderflow.http.Json;
import io.orderflow.http.Problem;
import io.orderflow.http.Routes;
import io.orderflow.http.StaticFile;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Serves the console's pages at {@code /console/}, and leads {@code /} there. The pages ask for no token: they hold no data. All come from the
 * program itself, and nothing from another site.
 */
public final class ConsolePageRoutes extends Routes {

  private static final String FOLDER = "console/";
  /** At most one folder deep. No name can lead out of the console's folder. */
  private static final Pattern NAME = Pattern.compile("(?:[a-z0-9-]{1,40}/)?[a-z0-9-]{1,40}\\.(?:html|css|js|svg)");

  private final StaticFile page;
  /** How a person signs in, as the page reads it; an empty object if by a token alone. */
  private final StaticFile signIn;
  /** Those that were asked for. Only files that exist are kept. */
  private final Map<String, StaticFile> files =
      new ConcurrentHashMap<>(Map.of("preact.js", StaticFile.webjar("org.webjars.npm", "preact", "dist/preact.module.js")));

  public ConsolePageRoutes(Config config) {
    Optional<SignInSettings> settings = SignInSettings.of(config);
    StaticFile index = StaticFile.resource(FOLDER + "index.html");
    this.page = settings.map(known -> index.connectingTo(known.tokenOrigin())).orElse(index);
    this.signIn = StaticFile.of("json", Json.bytes(settings.<Object>map(known -> known).orElse(Map.of())));
  }

  /**
   * Checks the settings of the sign-in.
   *
   * @throws io.orderflow.kernel.StartRefused if the console could not offer it
   */
  public static void check(Config config) {
    SignInSettings.of(config);
  }

  /** Routes {@code /} and everything under {@code /console}. */
  public Route routes() {
    return concat(
        pathSingleSlash(() -> get(Access.ANYBODY, anybody -> complete(toConsole()))),
        pathPrefix("console", () -> concat(
            pathEnd(() -> get(Access.ANYBODY, anybody -> complete(toConsole()))),
            pathSingleSlash(() -> get(Access.ANYBODY, anybody -> extractRequest(request -> complete(page.response(request))))),
            path("sign-in.json", () -> get(Access.ANYBODY, anybody -> extractRequest(request -> complete(signIn.response(request))))),
            path(PathMatchers.remaining(), name -> get(Access.ANYBODY, anybody -> extractRequest(request ->
                complete(find(name).map(file -> file.response(request)).orElseGet(Problem.NOTHING_HERE::response))))))));
  }

  private static HttpResponse toConsole() {
    return HttpResponse.create().withStatus(302).addHeader(Location.create("/console/"));
  }

  private Optional<StaticFile> find(String name) {
    return NAME.matcher(name).matches()
        ? Optional.ofNullable(files.computeIfAbsent(name, asked -> StaticFile.find(FOLDER + asked).orElse(null))) : Optional.empty();
  }
}
