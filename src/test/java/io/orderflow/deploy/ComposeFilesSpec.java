package io.orderflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What the Compose files say, as far as it can be checked without Docker. */
class ComposeFilesSpec {

  private static final Path FOLDER = Path.of("docker");

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object yaml) {
    return yaml == null ? Map.of() : (Map<String, Object>) yaml;
  }

  private static Map<String, Object> file(String name) {
    try {
      return map(new Yaml().load(Files.readString(FOLDER.resolve(name))));
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static Map<String, Object> services(String name) {
    return map(file(name).get("services"));
  }

  private static Map<String, Object> service(String file, String name) {
    return map(services(file).get(name));
  }

  private static String environment(String file, String service, String variable) {
    return String.valueOf(map(service(file, service).get("environment")).getOrDefault(variable, ""));
  }

  private static Set<String> networks(Map<String, Object> service) {
    Object networks = service.getOrDefault("networks", List.of("default"));
    return networks instanceof Collection<?> list ? list.stream().map(String::valueOf).collect(Collectors.toSet()) : map(networks).keySet();
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.secure.yaml"})
  void ports_are_published_on_loopback_alone_and_processes_are_bounded(String file) {
    services(file).forEach((name, service) -> {
      assertThat((Integer) map(service).get("pids_limit")).as(name).isBetween(256, 1024);
      for (Object port : (List<?>) map(service).getOrDefault("ports", List.of())) {
        assertThat(port.toString()).startsWith("127.0.0.1:");
      }
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.secure.yaml"})
  void the_database_is_in_an_internal_network_that_gateways_are_not_in(String file) {
    Set<String> ofDatabase = networks(service(file, "postgres"));
    assertThat(ofDatabase).isNotEmpty().doesNotContainAnyElementsOf(networks(service(file, "gateway")));
    assertThat(ofDatabase).allSatisfy(network -> assertThat(map(map(file(file).get("networks")).get(network)).get("internal")).isEqualTo(true));
    assertThat(networks(service(file, "services"))).containsAll(ofDatabase).containsAnyElementsOf(networks(service(file, "gateway")));
  }

  @Test
  void no_file_has_a_default_password() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.filter(file -> file.toString().endsWith(".yaml"))).hasSizeGreaterThanOrEqualTo(3)
          .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern("PASSWORD[^?\\n]*:-"));
    }
  }

  @Test
  void the_plain_cluster_says_aloud_that_it_is_open() {
    assertThat(environment("compose.yaml", "services", "ORDERFLOW_SECURITY_MODE")).isEqualTo("off");
    assertThat(environment("compose.yaml", "gateway", "ORDERFLOW_SECURITY_MODE")).isEqualTo("off");
  }

  @Test
  void the_secure_cluster_has_tokens_and_TLS_on_every_wire_and_its_secrets_in_files() {
    String file = "compose.secure.yaml";
    for (String node : List.of("services", "gateway")) {
      assertThat(environment(file, node, "ORDERFLOW_SECURITY_MODE")).isEqualTo("jwt");
      for (String variable : List.of("TLS_CERTIFICATE", "TLS_KEY", "TLS_CA", "REMOTING_CERTIFICATE", "REMOTING_KEY", "REMOTING_CA")) {
        assertThat(environment(file, node, "ORDERFLOW_" + variable)).startsWith("/run/secrets/");
      }
    }
    assertThat(environment(file, "simulator", "ORDERFLOW_TLS_KEY")).isNotEmpty();
    assertThat(environment(file, "services", "ORDERFLOW_DB_URL")).contains("sslmode=verify-full", "sslrootcert=/run/secrets/");
    assertThat(services(file).values()).allSatisfy(service -> assertThat(map(map(service).get("environment")).keySet())
        .doesNotContain("ORDERFLOW_DB_PASSWORD", "POSTGRES_PASSWORD"));
  }

  @Test
  void each_secret_that_is_named_exists_and_the_script_makes_its_file() throws IOException {
    Map<String, Object> secrets = map(file("compose.secure.yaml").get("secrets"));
    Set<String> used = new TreeSet<>();
    services("compose.secure.yaml").forEach((name, service) -> {
      Set<String> own = ((Collection<?>) map(service).getOrDefault("secrets", List.of())).stream().map(String::valueOf).collect(Collectors.toSet());
      map(map(service).get("environment")).values().stream().map(String::valueOf).filter(value -> value.startsWith("/run/secrets/"))
          .forEach(path -> assertThat(own).as(name).contains(path.substring("/run/secrets/".length())));
      used.addAll(own);
    });
    assertThat(secrets.keySet()).isEqualTo(used);
    String script = Files.readString(FOLDER.resolve("secure/make-secrets"));
    secrets.values().forEach(secret -> {
      String made = map(secret).get("file").toString().replace("./secrets/", "");
      boolean ofPair = !made.equals("ca.pem") && (made.endsWith(".pem") || made.endsWith(".key"));
      assertThat(script).contains(ofPair ? "\ncertificate " + made.substring(0, made.length() - 4) + " " : made);
    });
  }
}
