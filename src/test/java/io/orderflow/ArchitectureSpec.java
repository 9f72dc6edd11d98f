package io.orderflow;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.orderflow.eventsourcing.Aggregate;
import io.orderflow.eventsourcing.Decision;
import io.orderflow.http.Json;
import io.orderflow.http.Page;
import io.orderflow.kernel.Sql;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The dependencies that are allowed between packages and between the kinds of files in them. Engines are listed; every other package below
 * {@code io.orderflow} is business, so that a new one is covered on the day it is added.
 */
@AnalyzeClasses(packages = "io.orderflow", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureSpec {

  private static final String ROOT = "io.orderflow.";
  private static final Set<String> ENGINES = Set.of("eventsourcing", "saga", "projection", "journal", "archive", "gateway", "http", "kernel", "history",
      "idempotency", "metrics", "logging", "simulator", "node", "security", "openapi", "operators", "privacy");
  /** The business packages that use others; all the rest stand alone. */
  private static final Map<String, Set<String>> USES =
      Map.of("order", Set.of("product", "payment", "shipping"), "cart", Set.of("order", "product"), "payment", Set.of("account"),
          "console", Set.of("order", "payment", "shipping", "product", "account", "user"));

  private static final DescribedPredicate<JavaClass> ENGINE = describe("engines", type -> ENGINES.contains(packageOf(type)));
  private static final DescribedPredicate<JavaClass> BUSINESS =
      describe("business packages", type -> !packageOf(type).isEmpty() && !ENGINES.contains(packageOf(type)));
  private static final DescribedPredicate<JavaClass> AGGREGATE =
      describe("aggregates and their nested types", type -> outermost(type).isAssignableTo(Aggregate.class));
  private static final DescribedPredicate<JavaClass> HTTP = resideInAnyPackage("akka.http..", "io.orderflow.http..");
  /** Rows have JSON columns, and queries answer in pages. */
  private static final DescribedPredicate<JavaClass> HTTP_BUT_JSON =
      HTTP.and(not(describe("the JSON mapper", type -> outermost(type).isEquivalentTo(Json.class))));
  private static final DescribedPredicate<JavaClass> HTTP_BUT_JSON_AND_PAGES =
      HTTP_BUT_JSON.and(not(describe("pages", type -> outermost(type).isEquivalentTo(Page.class))));
  private static final DescribedPredicate<JavaClass> SQL =
      resideInAPackage("java.sql..").or(describe("SQL statements", type -> outermost(type).isEquivalentTo(Sql.class)));
  private static final String[] HTTP_FILES = {"Routes", "Request", "Response", "Module"};
  private static final String[] SQL_FILES = {"Projection", "Queries", "Table"};

  /** The client of the payment provider speaks HTTP. */
  private static final DescribedPredicate<JavaClass> PAYMENT_CLIENT = exactly("PaymentProvider", "ProviderAccess");

  @ArchTest
  static final ArchRule engines_know_no_business = noClasses().that(ENGINE).should().dependOnClassesThat(BUSINESS);

  @ArchTest
  static final ArchRule packages_are_free_of_cycles = slices().matching("io.orderflow.(*)..").should().beFreeOfCycles();

  /** Metrics and logging serve every package. */
  @ArchTest
  static final ArchRule gateway_and_simulator_use_only_http_security_and_kernel = noClasses()
      .that().resideInAnyPackage("io.orderflow.gateway..", "io.orderflow.simulator..")
      .should(dependOnOtherPackagesThan("http", "security", "kernel", "metrics", "logging"));

  @ArchTest
  static final ArchRule the_kernel_knows_no_other_package = noClasses().that().resideInAPackage("io.orderflow.kernel..")
      .should(dependOnOtherPackagesThan());

  /** A rejection still makes Akka's replies, because payments ask for them. */
  @ArchTest
  static final ArchRule the_kernel_knows_no_akka = noClasses().that().resideInAPackage("io.orderflow.kernel..").and(not(exactly("Rejection")))
      .should().dependOnClassesThat().resideInAPackage("akka..");

  @ArchTest
  static final ArchRule business_packages_stand_alone_but_for_those_listed = classes().that(BUSINESS).should(useOnlyListedPackages());

  /** Stored records carry Jackson's annotations; nothing else of Jackson reads or writes them here. */
  @ArchTest
  static final ArchRule aggregates_are_pure = classes().that(AGGREGATE).should().onlyDependOnClassesThat(
      resideInAnyPackage("java.lang..", "java.util..", "java.time..", "java.math..", "com.fasterxml.jackson.annotation..",
          "io.orderflow.kernel..").and(not(SQL)).or(BUSINESS).or(describe("the contract of aggregates",
              type -> type.isEquivalentTo(Aggregate.class) || type.isEquivalentTo(Decision.class))));

  @ArchTest
  static final ArchRule http_is_left_to_its_files = noClasses().that(BUSINESS)
      .and(not(named(HTTP_FILES))).and(not(named(SQL_FILES))).and(not(PAYMENT_CLIENT))
      .should().dependOnClassesThat(HTTP);

  @ArchTest
  static final ArchRule projections_and_tables_use_json_alone_of_http = noClasses().that(BUSINESS).and(named("Projection", "Table"))
      .should().dependOnClassesThat(HTTP_BUT_JSON);

  @ArchTest
  static final ArchRule queries_use_json_and_pages_alone_of_http = noClasses().that(BUSINESS).and(named("Queries"))
      .should().dependOnClassesThat(HTTP_BUT_JSON_AND_PAGES);

  @ArchTest
  static final ArchRule sql_is_left_to_its_files = noClasses().that(BUSINESS).and(not(named(SQL_FILES)))
      .should().dependOnClassesThat(SQL);

  @ArchTest
  static final ArchRule projections_queries_and_tables_never_ask_the_write_side = noClasses().that(BUSINESS).and(named(SQL_FILES))
      .should().dependOnClassesThat(resideInAnyPackage("akka..", "io.orderflow.eventsourcing..", "io.orderflow.saga..")
          .or(BUSINESS.and(named("Service", "Saga", "Module", "Routes"))));

  @ArchTest
  static final ArchRule routes_requests_and_responses_read_rows_through_queries = noClasses()
      .that(BUSINESS).and(named("Routes", "Request", "Response"))
      .should().dependOnClassesThat(resideInAnyPackage("io.orderflow.journal..", "io.orderflow.projection..", "io.orderflow.eventsourcing..")
          .or(BUSINESS.and(named("Table", "Projection"))));

  @ArchTest
  static final ArchRule sagas_are_lists_of_services_methods = noClasses().that(BUSINESS).and(named("Saga"))
      .should().dependOnClassesThat(resideInAnyPackage("akka..", "io.orderflow.eventsourcing..", "io.orderflow.journal..",
          "io.orderflow.projection..").or(AGGREGATE).or(BUSINESS.and(named("Routes", "Module"))));

  @ArchTest
  static final ArchRule the_node_is_known_to_modules_alone = noClasses().that(BUSINESS).and(not(named("Module")))
      .should().dependOnClassesThat(resideInAPackage("io.orderflow.node..").or(BUSINESS.and(named("Module"))));

  /** The HTTP methods of our {@code Routes} take an {@code Access}, those of Akka don't. */
  @ArchTest
  static final ArchRule every_route_states_who_may_use_it = noClasses().that().resideOutsideOfPackage("io.orderflow.http..")
      .should().callMethodWhere(describe("a method's directive without an Access", ArchitectureSpec::isOpenDirective));

  private static boolean isOpenDirective(JavaMethodCall call) {
    JavaClass owner = call.getTargetOwner();
    boolean akkas = owner.isAssignableTo("akka.http.javadsl.server.directives.MethodDirectives")
        || owner.getName().startsWith("akka.http.javadsl.server.Directives");
    return akkas && Set.of("get", "post", "put", "delete", "patch", "head", "options", "method").contains(call.getTarget().getName())
        && call.getTarget().getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(Supplier.class));
  }

  /** The first segment of the package below the root; empty for the root itself and for other software. */
  private static String packageOf(JavaClass type) {
    String name = type.getPackageName();
    return name.startsWith(ROOT) ? name.substring(ROOT.length()).split("\\.", 2)[0] : "";
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureSpec::outermost).orElse(type);
  }

  private static DescribedPredicate<JavaClass> exactly(String... names) {
    return describe("named " + String.join(" or ", names), type -> Set.of(names).contains(outermost(type).getSimpleName()));
  }

  private static DescribedPredicate<JavaClass> named(String... endings) {
    return describe("named *" + String.join(", *", endings), type -> Stream.of(endings).anyMatch(outermost(type).getSimpleName()::endsWith));
  }

  private static ArchCondition<JavaClass> dependOnOtherPackagesThan(String... allowed) {
    return new ArchCondition<>("depend on other packages of ours than " + List.of(allowed)) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        type.getDirectDependenciesFromSelf().stream()
            .filter(dependency -> dependency.getTargetClass().getPackageName().startsWith("io.orderflow"))
            .filter(dependency -> !packageOf(dependency.getTargetClass()).equals(packageOf(type)))
            .filter(dependency -> !List.of(allowed).contains(packageOf(dependency.getTargetClass())))
            .forEach(dependency -> events.add(SimpleConditionEvent.satisfied(type, dependency.getDescription())));
      }
    };
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
