package io.orderflow;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which way the arrows point between the rooms. */
@AnalyzeClasses(packages = "io.orderflow", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureSpec {

  private static final String[] BUSINESS = {"..orderflow.order..", "..orderflow.product..", "..orderflow.account..",
      "..orderflow.payment..", "..orderflow.shipping..", "..orderflow.user..",
      "..orderflow.cart.."};

  @ArchTest
  static final ArchRule engines_know_no_business = noClasses()
      .that().resideInAnyPackage("..orderflow.saga..", "..orderflow.projection..", "..orderflow.gateway..", "..orderflow.simulator..",
          "..orderflow.http..", "..orderflow.journal..", "..orderflow.kernel..", "..orderflow.aggregate..", "..orderflow.history..",
          "..orderflow.metrics..")
      .should().dependOnClassesThat().resideInAnyPackage(BUSINESS);

  @ArchTest
  static final ArchRule gateway_and_provider_use_only_http_and_kernel = noClasses()
      .that().resideInAnyPackage("..orderflow.gateway..", "..orderflow.simulator..")
      .should().dependOnClassesThat().resideInAnyPackage("..orderflow.saga..", "..orderflow.projection..", "..orderflow.journal..");

  @ArchTest
  static final ArchRule the_kernel_knows_nobody = noClasses().that().resideInAPackage("..orderflow.kernel..")
      .should().dependOnClassesThat().resideInAnyPackage("..orderflow.http..", "..orderflow.saga..", "..orderflow.projection..",
          "..orderflow.journal..", "..orderflow.gateway..", "..orderflow.simulator..", "..orderflow.aggregate..", "..orderflow.history..");

  @ArchTest
  static final ArchRule only_orders_know_that_several_services_exist = noClasses()
      .that().resideInAnyPackage("..orderflow.product..", "..orderflow.account..", "..orderflow.shipping..", "..orderflow.user..")
      .should().dependOnClassesThat().resideInAnyPackage("..orderflow.order..", "..orderflow.payment..");

  @ArchTest
  static final ArchRule carts_know_orders_and_products_alone = noClasses().that().resideInAPackage("..orderflow.cart..")
      .should().dependOnClassesThat().resideInAnyPackage("..orderflow.account..", "..orderflow.payment..", "..orderflow.shipping..",
          "..orderflow.user..", "..orderflow.gateway..", "..orderflow.simulator..");

  @ArchTest
  static final ArchRule nobody_knows_carts = noClasses()
      .that().resideInAnyPackage(BUSINESS).and().resideOutsideOfPackage("..orderflow.cart..")
      .should().dependOnClassesThat().resideInAPackage("..orderflow.cart..");

  @ArchTest
  static final ArchRule nobody_knows_users = noClasses()
      .that().resideInAnyPackage(BUSINESS).and().resideOutsideOfPackage("..orderflow.user..")
      .should().dependOnClassesThat().resideInAPackage("..orderflow.user..");
}
