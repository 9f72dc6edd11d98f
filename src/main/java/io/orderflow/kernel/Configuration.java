package io.orderflow.kernel;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.File;

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
        ? ConfigFactory.parseFile(file, com.typesafe.config.ConfigParseOptions.defaults().setAllowMissing(false))
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
}
