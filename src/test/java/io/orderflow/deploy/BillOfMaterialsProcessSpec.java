package io.orderflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bill of materials that is built beside the jar. */
class BillOfMaterialsProcessSpec {

  private static final Path BUILT = Path.of("target");
  private static final Pattern CLASSIFIER = Pattern.compile("[?&]classifier=([^&]+)");

  @Test
  void it_lists_exactly_the_libraries_that_the_program_runs_with() throws IOException {
    JsonNode bill = new ObjectMapper().readTree(BUILT.resolve("orderflow.cdx.json").toFile());
    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    Set<String> listed = new TreeSet<>();
    bill.path("components").forEach(component -> {
      assertThat(component.path("hashes")).as(component.path("purl").asText()).isNotEmpty();
      Matcher classifier = CLASSIFIER.matcher(component.path("purl").asText());
      listed.add(component.path("name").asText() + "-" + component.path("version").asText()
          + (classifier.find() ? "-" + classifier.group(1) : "") + ".jar");
    });
    try (Stream<Path> jars = Files.list(BUILT.resolve("lib"))) {
      assertThat(listed).isEqualTo(jars.map(Path::toFile).map(File::getName).collect(Collectors.toCollection(TreeSet::new)));
    }
  }
}
