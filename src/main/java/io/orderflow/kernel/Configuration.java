package io.orderflow.kernel;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.util.Arrays;
import java.util.List;

/**
 * A node's configuration, from four layers: environment variables over the operator's file over Akka's settings as this project needs
 * them over the defaults of {@code reference.conf}.
 */
public final class Configuration {

  private Configuration() {}

  /**
   * Reads it: the operator's file is the one that the system property {@code config.file} names, otherwise {@code application.conf} in
   * the working directory, if there is one.
   *
   * @throws com.typesafe.config.ConfigException when a file can't be read or a value is missing or of the wrong type
   */
  public static Config load() {
    String named = System.getProperty("config.file");
    File file = new File(named == null ? "application.conf" : named);
    return over(named != null || file.isFile()
        ? ConfigFactory.parseFile(file, ConfigParseOptions.defaults().setAllowMissing(false))
        : ConfigFactory.empty());
  }

  /** The same with the given settings in the place of the operator's file; what specs use. */
  public static Config over(Config operator) {
    return ConfigFactory.defaultOverrides()
        .withFallback(ConfigFactory.parseResourcesAnySyntax("environment"))
        .withFallback(operator)
        .withFallback(ConfigFactory.parseResourcesAnySyntax("akka"))
        .withFallback(ConfigFactory.defaultReferenceUnresolved())
        .resolve();
  }

  /** The items of a setting that is a list in one line, so that an environment variable can hold it. */
  public static List<String> list(String commaSeparated) {
    return Arrays.stream(commaSeparated.split(",")).map(String::trim).filter(item -> !item.isEmpty()).toList();
  }
}
