package io.orderflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docker/kubernetes} says, as far as it can be checked without a cluster: each field is one of the API, and what is named is there. */
class KubernetesManifestsSpec {

  /** Throws what is wrong with a resource. */
  private interface Schema {
    void validate(JsonObject resource) throws IOException;
  }

  private static final Map<String, Schema> SCHEMAS = Map.of("Deployment", V1Deployment::validateJsonObject,
      "Service", V1Service::validateJsonObject, "ServiceAccount", V1ServiceAccount::validateJsonObject,
      "Role", V1Role::validateJsonObject, "RoleBinding", V1RoleBinding::validateJsonObject,
      "NetworkPolicy", V1NetworkPolicy::validateJsonObject, "PodDisruptionBudget", V1PodDisruptionBudget::validateJsonObject,
      "PersistentVolumeClaim", V1PersistentVolumeClaim::validateJsonObject);
  private static final Path CONFIGURATION = Path.of("src/main/resources/environment.conf");
  /** It reads variables too: those of the JVM. */
  private static final Path LAUNCHER = Path.of("bin/orderflow");

  private static final Path APPLIED = Path.of("docker", "kubernetes");
  private static final Path FOR_TRYING = APPLIED.resolve("simulator");

  private final List<JsonNode> resources = read();

  private static List<JsonNode> read() {
    List<JsonNode> all = new ArrayList<>();
    try {
      for (Path folder : List.of(APPLIED, FOR_TRYING)) {
        for (File file : folder.toFile().listFiles((in, name) -> name.endsWith(".yaml"))) {
          try (MappingIterator<JsonNode> documents = new YAMLMapper().readerFor(JsonNode.class).readValues(file)) {
            all.addAll(documents.readAll());
          }
        }
      }
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
    return all;
  }

  private List<JsonNode> of(String kind) {
    return resources.stream().filter(resource -> resource.path("kind").asText().equals(kind)).toList();
  }

  private Set<String> names(String kind) {
    return of(kind).stream().map(resource -> resource.at("/metadata/name").asText()).collect(Collectors.toSet());
  }

  private static List<JsonNode> list(JsonNode array) {
    List<JsonNode> all = new ArrayList<>();
    array.forEach(all::add);
    return all;
  }

  private static JsonNode pod(JsonNode deployment) {
    return deployment.at("/spec/template/spec");
  }

  private static JsonNode container(JsonNode deployment) {
    return pod(deployment).at("/containers/0");
  }

  private static Set<String> ports(JsonNode deployment) {
    return list(container(deployment).path("ports")).stream().map(port -> port.path("name").asText()).collect(Collectors.toSet());
  }

  /** The deployment whose pods have these labels. */
  private JsonNode selected(JsonNode labels) {
    assertThat(labels.size()).isPositive();
    List<JsonNode> found = of("Deployment").stream().filter(deployment -> labels.properties().stream().allMatch(label ->
        deployment.at("/spec/template/metadata/labels").path(label.getKey()).equals(label.getValue()))).toList();
    assertThat(found).as("deployments with %s", labels).hasSize(1);
    return found.get(0);
  }

  @Test
  void every_field_is_one_of_the_api_and_none_lacks() throws IOException {
    for (JsonNode resource : resources) {
      String kind = resource.path("kind").asText();
      assertThat(SCHEMAS).containsKey(kind);
      SCHEMAS.get(kind).validate(JsonParser.parseString(resource.toString()).getAsJsonObject());
    }
  }

  @Test
  void a_field_that_is_none_is_noticed_deep_inside() {
    JsonNode deployment = of("Deployment").get(0).deepCopy();
    ((ObjectNode) container(deployment).at("/readinessProbe/httpGet")).put("pth", "/ready");
    assertThatThrownBy(() -> SCHEMAS.get("Deployment").validate(JsonParser.parseString(deployment.toString()).getAsJsonObject()))
        .hasMessageContaining("pth");
  }

  @Test
  void selectors_and_the_ports_of_services_and_probes_are_those_of_the_pods() {
    for (JsonNode deployment : of("Deployment")) {
      assertThat(selected(deployment.at("/spec/selector/matchLabels"))).isEqualTo(deployment);
      for (String probe : List.of("startupProbe", "readinessProbe")) {
        assertThat(ports(deployment)).contains(container(deployment).path(probe).at("/httpGet/port").asText());
      }
    }
    for (JsonNode service : of("Service")) {
      JsonNode deployment = selected(service.at("/spec/selector"));
      list(service.at("/spec/ports")).forEach(port -> assertThat(ports(deployment)).contains(port.path("targetPort").asText()));
    }
  }

  @Test
  void each_disruption_budget_leaves_a_majority_and_lets_one_pod_go() {
    for (JsonNode budget : of("PodDisruptionBudget")) {
      int replicas = selected(budget.at("/spec/selector/matchLabels")).at("/spec/replicas").asInt();
      assertThat(budget.at("/spec/minAvailable").asInt()).isLessThan(replicas).isGreaterThanOrEqualTo((replicas + 1) / 2);
    }
  }

  @Test
  void what_the_nodes_are_told_exists() throws IOException {
    String known = Files.readString(CONFIGURATION).replace("${?", "${") + Files.readString(LAUNCHER).replaceAll(":-\\w+}", "}");
    for (JsonNode deployment : of("Deployment")) {
      assertThat(names("ServiceAccount")).contains(pod(deployment).path("serviceAccountName").asText());
      list(pod(deployment).path("volumes")).stream().map(volume -> volume.at("/persistentVolumeClaim/claimName").asText())
          .filter(claim -> !claim.isEmpty()).forEach(claim -> assertThat(names("PersistentVolumeClaim")).contains(claim));
      for (JsonNode variable : container(deployment).path("env")) {
        assertThat(known).contains("${" + variable.path("name").asText() + "}");
      }
    }
    JsonNode services = of("Deployment").stream().filter(each -> environment(each, "ORDERFLOW_ROLES").equals("services")).findFirst().orElseThrow();
    assertThat(Integer.parseInt(environment(services, "ORDERFLOW_DISCOVERY_CONTACT_POINTS")))
        .as("more than half of the first nodes").isGreaterThan(services.at("/spec/replicas").asInt() / 2);
    Set<String> looksFor = of("Deployment").stream().map(each -> environment(each, "ORDERFLOW_DISCOVERY_SERVICE"))
        .filter(name -> !name.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
    assertThat(looksFor).hasSize(1);
    JsonNode headless = of("Service").stream().filter(each -> each.at("/metadata/name").asText().equals(looksFor.iterator().next()))
        .findFirst().orElseThrow();
    assertThat(headless.at("/spec/clusterIP").asText()).isEqualTo("None");
    assertThat(headless.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
    assertThat(selected(headless.at("/spec/selector"))).isEqualTo(services);
  }

  @Test
  void nothing_that_is_applied_by_default_names_the_simulator() throws IOException {
    try (Stream<Path> files = Files.list(APPLIED)) {
      assertThat(files.filter(Files::isRegularFile)).isNotEmpty().allSatisfy(file -> assertThat(file).content().doesNotContainIgnoringCase("simulator"));
    }
  }

  @Test
  void each_file_that_a_node_is_told_of_is_mounted_and_no_secret_of_its_own_is_in_its_environment() {
    for (JsonNode deployment : of("Deployment")) {
      Map<String, JsonNode> volumes = list(pod(deployment).path("volumes")).stream()
          .collect(Collectors.toMap(volume -> volume.path("name").asText(), volume -> volume));
      Set<String> folders = list(container(deployment).path("volumeMounts")).stream()
          .filter(mount -> volumes.get(mount.path("name").asText()).has("secret")).map(mount -> mount.path("mountPath").asText() + "/")
          .collect(Collectors.toSet());
      List<String> paths = list(container(deployment).path("env")).stream().map(variable -> variable.path("value").asText())
          .filter(value -> value.startsWith("/run/")).toList();
      assertThat(paths).hasSizeGreaterThanOrEqualTo(2)
          .allSatisfy(path -> assertThat(folders).contains(path.substring(0, path.lastIndexOf('/') + 1)));
      assertThat(list(container(deployment).path("env"))).extracting(variable -> variable.path("name").asText())
          .doesNotContain("ORDERFLOW_DB_PASSWORD");
    }
  }

  @Test
  void nodes_speak_TLS_and_probes_with_them() {
    for (JsonNode deployment : of("Deployment")) {
      assertThat(environment(deployment, "ORDERFLOW_TLS_CERTIFICATE")).isNotEmpty();
      assertThat(environment(deployment, "ORDERFLOW_REMOTING_CERTIFICATE").isEmpty()).isEqualTo(!ports(deployment).contains("remoting"));
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        JsonNode get = container(deployment).path(probe).path("httpGet");
        assertThat(get.isMissingNode() || get.path("scheme").asText().equals("HTTPS")).isTrue();
      }
    }
  }

  @Test
  void every_pod_is_behind_a_policy_and_nodes_alone_reach_the_remoting_port() {
    List<JsonNode> policies = of("NetworkPolicy");
    JsonNode denying = policies.stream().filter(policy -> policy.at("/metadata/name").asText().equals("orderflow")).findFirst().orElseThrow();
    assertThat(list(denying.at("/spec/policyTypes"))).extracting(JsonNode::asText).containsExactly("Ingress", "Egress");
    assertThat(denying.at("/spec/ingress").isMissingNode()).isTrue();
    for (JsonNode deployment : of("Deployment")) {
      JsonNode labels = deployment.at("/spec/template/metadata/labels");
      denying.at("/spec/podSelector/matchLabels").properties()
          .forEach(label -> assertThat(labels.path(label.getKey())).isEqualTo(label.getValue()));
    }
    Set<String> named = of("Deployment").stream().flatMap(deployment -> ports(deployment).stream()).collect(Collectors.toSet());
    for (JsonNode policy : policies) {
      for (JsonNode rule : list(policy.at("/spec/ingress"))) {
        Set<String> ports = list(rule.path("ports")).stream().map(port -> port.path("port").asText()).collect(Collectors.toSet());
        assertThat(ports).isNotEmpty().isSubsetOf(named);
        if (ports.contains("remoting") || ports.contains("management")) {
          assertThat(list(rule.path("from"))).singleElement().satisfies(from ->
              assertThat(from.at("/podSelector/matchExpressions/0/values").toString()).isEqualTo("[\"services\",\"gateway\"]"));
        }
      }
    }
  }

  @Test
  void the_memory_limit_leaves_room_beside_the_heap() {
    for (JsonNode deployment : of("Deployment")) {
      Quantity limit = Quantity.fromString(container(deployment).at("/resources/limits/memory").asText());
      long heap = Long.parseLong(environment(deployment, "ORDERFLOW_HEAP").replaceFirst("m$", "")) << 20;
      assertThat(limit.getNumber().longValueExact() - heap).isGreaterThanOrEqualTo(250L << 20);
    }
  }

  private static String environment(JsonNode deployment, String name) {
    return list(container(deployment).path("env")).stream().filter(variable -> variable.path("name").asText().equals(name))
        .map(variable -> variable.path("value").asText()).findFirst().orElse("");
  }
}
