package io.orderflow.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The defaults, the operator's file, the environment variables and the page about them say the same, and the program reads what they say. */
class SettingsSpec {

  /** Settings of the version, and of Akka, which an operator overrides as Akka documents them. */
  private static final Pattern NOT_THE_OPERATORS = Pattern.compile("compatibility|.*(-settings|dispatcher)\\..*");
  private static final Path DEFAULTS = Path.of("src/main/resources/reference.conf");
  private static final Path ENVIRONMENT = Path.of("src/main/resources/environment.conf");
  private static final Path OPERATORS = Path.of("application.conf");
  private static final Path PAGE = Path.of("docs/configuration.md");
  private static final Pattern COMMENTED = Pattern.compile("^  # ([a-z][a-z.-]* (?:=|\\{).*)$", Pattern.MULTILINE);
  private static final Pattern VARIABLE = Pattern.compile("([a-z][a-z.-]*) = \\$\\{\\?(ORDERFLOW_[A-Z_]+)}");

  @Test
  void the_operators_file_has_every_setting_with_its_default_and_no_other() {
    String uncommented = matches(COMMENTED, OPERATORS).map(line -> line.group(1)).collect(Collectors.joining("\n"));
    assertThat(leaves(ConfigFactory.parseString(uncommented).resolve())).isEqualTo(operators(defaults()));
  }

  @Test
  void every_variable_sets_a_setting_and_is_named_beside_it() {
    String file = text(OPERATORS);
    List<MatchResult> variables = matches(VARIABLE, ENVIRONMENT).toList();
    assertThat(variables).hasSizeGreaterThan(80);
    assertThat(variables).allSatisfy(variable -> {
      assertThat(defaults()).containsKey(variable.group(1));
      assertThat(file).contains("(" + variable.group(2) + ")\n  # " + variable.group(1) + " = ");
    });
    assertThat(variables).extracting(variable -> variable.group(2)).doesNotHaveDuplicates();
  }

  @Test
  void every_setting_that_is_no_list_and_of_no_single_step_has_a_variable() {
    Set<String> set = matches(VARIABLE, ENVIRONMENT).map(variable -> variable.group(1)).collect(Collectors.toSet());
    assertThat(operators(defaults()).entrySet().stream().filter(setting -> !(setting.getValue() instanceof List))
        .map(Map.Entry::getKey).filter(path -> !path.matches("sagas\\.(order|compensation-defaults)\\..*"))).allMatch(set::contains);
  }

  @Test
  void the_page_has_every_setting() {
    String page = text(PAGE);
    assertThat(operators(defaults()).keySet()).allMatch(path -> page.contains("`" + path + "`")
        || page.contains("`" + path.substring(0, path.lastIndexOf('.')) + "`"));
  }

  @Test
  void the_program_reads_every_setting() throws IOException {
    String program;
    try (Stream<Path> files = Files.walk(Path.of("src/main"))) {
      program = files.filter(file -> file.toString().endsWith(".java") || file.endsWith("akka.conf")).map(SettingsSpec::text)
          .collect(Collectors.joining());
    }
    assertThat(operators(defaults()).keySet().stream().filter(path -> !path.startsWith("sagas.order."))).allMatch(path ->
        Arrays.stream(new String[] {"\"", ".", "orderflow."}).anyMatch(before -> program.contains(before + last(path) + "\"")
            || program.contains(before + path + "}")));
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  private static Map<String, Object> defaults() {
    return leaves(ConfigFactory.parseFile(DEFAULTS.toFile()).resolve().getConfig("orderflow"));
  }

  private static Map<String, Object> operators(Map<String, Object> all) {
    Map<String, Object> operators = new TreeMap<>(all);
    operators.keySet().removeIf(path -> NOT_THE_OPERATORS.matcher(path).matches());
    return operators;
  }

  private static Map<String, Object> leaves(Config config) {
    Map<String, Object> leaves = new TreeMap<>();
    config.entrySet().forEach(entry -> leaves.put(entry.getKey(), entry.getValue().unwrapped()));
    return leaves;
  }

  private static Stream<MatchResult> matches(Pattern pattern, Path file) {
    Matcher matcher = pattern.matcher(text(file));
    return matcher.results();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
