package io.orderflow;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The dependencies that are allowed between packages and between the kinds of files in them. Engines are listed; every other package below
 * {@code io.orderflow} is business, so that a new one is covered on the day it is added.
 */
@AnalyzeClasses(packages = "io.orderflow", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureSpec {

  private static final String ROOT = "io.orderflow.";
  private static final Set<String> ENGINES = Set.of("eventsourcing", "saga", "projection", "journal", "gateway", "http", "kernel", "history",
      "metrics", "logging", "simulator", "node");
  /** The business packages that use others; all the rest stand alone. */
  private static final Map<String, Set<String>> USES =
      Map.of("order", Set.of("product", "payment", "shipping"), "cart", Set.of("order", "product"), "payment", Set.of("account"));

  private static final DescribedPredicate<JavaClass> ENGINE = describe("engines", type -> ENGINES.contains(packageOf(type)));
  private static final DescribedPredicate<JavaClass> BUSINESS =
      describe("business packages", type -> !packageOf(type).isEmpty() && !ENGINES.contains(packageOf(type)));
  private static final DescribedPredicate<JavaClass> AGGREGATE =
      describe("aggregates and their nested types", type -> outermost(type).isAssignableTo(Aggregate.class));
  /** Rows are read and written as JSON, and queries answer in pages. */
  private static final DescribedPredicate<JavaClass> HTTP = resideInAnyPackage("akka.http..", "io.orderflow.http..")
      .and(not(describe("the JSON mapper and pages", type -> type.isEquivalentTo(Json.class) || type.isEquivalentTo(Page.class))));

  @ArchTest
  static final ArchRule engines_know_no_business = noClasses().that(ENGINE).should().dependOnClassesThat(BUSINESS);

  @ArchTest
  static final ArchRule packages_are_free_of_cycles = slices().matching("io.orderflow.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule gateway_and_simulator_use_no_other_engine_than_http_and_kernel = noClasses()
      .that().resideInAnyPackage("io.orderflow.gateway..", "io.orderflow.simulator..")
      .should().dependOnClassesThat().resideInAnyPackage("io.orderflow.eventsourcing..", "io.orderflow.saga..", "io.orderflow.projection..",
          "io.orderflow.journal..", "io.orderflow.history..");

  @ArchTest
  static final ArchRule the_kernel_knows_no_other_package = noClasses().that().resideInAPackage("io.orderflow.kernel..")
      .should().dependOnClassesThat(describe("other packages", type -> type.getPackageName().startsWith("io.orderflow")
          && !packageOf(type).equals("kernel")));

  @ArchTest
  static final ArchRule business_packages_stand_alone_but_for_those_listed = classes().that(BUSINESS).should(useOnlyListedPackages());

  @ArchTest
  static final ArchRule aggregates_are_pure = noClasses().that(AGGREGATE)
      .should().dependOnClassesThat().resideInAnyPackage("akka..", "io.orderflow.http..", "io.orderflow.journal..", "java.sql..");

  @ArchTest
  static final ArchRule http_is_left_to_its_files = noClasses().that(BUSINESS)
      .and(not(named("Routes", "Request", "Response", "Module", "Answers", "Provider")))
      .should().dependOnClassesThat(HTTP);

  @ArchTest
  static final ArchRule sql_is_left_to_its_files = noClasses().that(BUSINESS).and(not(named("Projection", "Queries", "Table")))
      .should().dependOnClassesThat(resideInAnyPackage("java.sql..").and(not(describe("SQLException",
          type -> type.isEquivalentTo(SQLException.class)))));

  /** The first segment of the package below the root; empty for the root itself and for other software. */
  private static String packageOf(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(ROOT) ? name.substring(ROOT.length()).split("\\.", 2)[0] : "";
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureSpec::outermost).orElse(type);
  }

  private static DescribedPredicate<JavaClass> named(String... endings) {
    return describe("named *" + String.join(", *", endings), type -> Stream.of(endings).anyMatch(outermost(type).getSimpleName()::endsWith));
  }

  private static ArchCondition<JavaClass> useOnlyListedPackages() {
    return new ArchCondition<>("use no business packages but those listed") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Set<String> listed = USES.getOrDefault(packageOf(type), Set.of());
        type.getDirectDependenciesFromSelf().stream().filter(dependency -> BUSINESS.test(dependency.getTargetClass()))
            .filter(dependency -> !packageOf(dependency.getTargetClass()).equals(packageOf(type)))
            .filter(dependency -> !listed.contains(packageOf(dependency.getTargetClass())))
            .forEach(dependency -> events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
      }
    };
  }
}
