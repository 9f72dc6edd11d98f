package io.orderflow.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.PlainJWT;
import com.typesafe.config.ConfigFactory;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestIssuer;
import io.orderflow.testkit.TestNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forged tokens and an issuer that can't be reached, at a whole node over HTTP. {@code AccessTokensSpec} has every kind of forgery. */
class ForgedTokensSpec {

  @Test
  void every_port_refuses_what_its_issuer_did_not_sign(@TempDir Path data) {
    try (TestIssuer issuer = new TestIssuer(); TestNode node = TestNode.start(data, issuer.settings().withFallback(
        ConfigFactory.parseString("akka.management.http.bind-hostname = \"0.0.0.0\", orderflow.security.denied.attempts = 10000")))) {
      var claims = issuer.claims("op", Instant.now().plusSeconds(60)).claim("scope", "ops:read ops:write").build();
      List<String> forged = List.of(new PlainJWT(claims).serialize(), issuer.expired("op"),
          TestIssuer.signed(issuer.header().build(), claims, signer()),
          issuer.signed(issuer.header().type(JOSEObjectType.JWT).build(), claims),
          issuer.signed(issuer.header().build(), issuer.claims("op", Instant.now().plusSeconds(60)).audience("another").build()),
          issuer.signed(issuer.header().build(), issuer.claims("op", Instant.now().plusSeconds(60)).issuer("http://localhost/another").build()));
      for (String token : forged) {
        String bearer = "Bearer " + token;
        node.gateway().as(bearer).get("/api/products").expectProblem(401, "INVALID_TOKEN", null);
        node.services().as(bearer).get("/api/products").expectProblem(401, "INVALID_TOKEN", null);
        node.shop().as(bearer).get("/ops/stats").expectProblem(401, "INVALID_TOKEN", null);
        node.management().as(bearer).get("/metrics").expectProblem(401, "INVALID_TOKEN", null);
      }
      node.shop().as(issuer.bearer("op", "ops:read")).get("/ops/stats").expect(200);
    }
  }

  private static ECDSASigner signer() {
    try {
      return new ECDSASigner(TestIssuer.newKey("first"));
    } catch (com.nimbusds.jose.JOSEException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void tokens_of_unknown_keys_do_not_make_a_node_ask_its_issuer_each_time(@TempDir Path data) {
    try (TestIssuer issuer = new TestIssuer(); TestNode node = TestNode.start(data, issuer.settings().withFallback(
        ConfigFactory.parseString("orderflow.security.denied.attempts = 10000")))) {
      node.gateway().as(issuer.bearer("ada")).get("/api/products").expect(200);
      int before = issuer.reads();
      for (int i = 0; i < 100; i++) {
        node.gateway().as("Bearer " + issuer.signed(issuer.header().keyID("unknown-" + i).build(),
            issuer.claims("ada", Instant.now().plusSeconds(60)).build())).get("/api/products").expect(401);
      }
      assertThat(issuer.reads() - before).isLessThanOrEqualTo(1);
      node.gateway().as(issuer.bearer("bob")).get("/api/products").expect(200);
    }
  }

  @Test
  void a_node_whose_issuer_is_down_starts_and_says_that_it_can_not_verify_tokens(@TempDir Path data) {
    try (TestIssuer issuer = new TestIssuer()) {
      issuer.down(true);
      try (TestNode node = TestNode.start(data, issuer.settings())) {
        ShopClient.Answer refused = node.gateway().as(issuer.bearer("ada")).get("/api/products");
        refused.expectProblem(503, "SERVICE_UNAVAILABLE", null);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        node.gateway().get("/api/products").expectProblem(401, "UNAUTHENTICATED", null);
        node.management().get("/alive").expect(200);
      }
    }
  }

  @Test
  void verified_tokens_outlast_the_issuer(@TempDir Path data) {
    try (TestIssuer issuer = new TestIssuer(); TestNode node = TestNode.start(data, issuer.settings())) {
      node.gateway().as(issuer.bearer("ada")).get("/api/products").expect(200);
      issuer.down(true);
      node.gateway().as(issuer.bearer("bob")).get("/api/products").expect(200);
      node.gateway().as(issuer.bearer("ada")).get("/api/products").expect(200);
    }
  }
}
