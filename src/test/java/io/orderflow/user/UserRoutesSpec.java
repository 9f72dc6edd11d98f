package io.orderflow.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import io.orderflow.idempotency.RequestKeys;
import io.orderflow.privacy.EncryptionKeys;
import io.orderflow.privacy.PersonalData;
import io.orderflow.testkit.ServiceNode;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.ShopClient.Answer;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserRoutesSpec {

  private static final UUID MADE = UUID.fromString("00000000-0000-0000-0000-000000000001");
  private static ServiceNode node;
  private static ShopClient shop;

  @BeforeAll
  static void start() {
    node = ServiceNode.start();
    PersonalData personal = new PersonalData(node.database(), EncryptionKeys.NONE, AggregateKit.CLOCK);
    shop = node.serve(new UserRoutes(new UserService(node.system(), personal, AggregateKit.CLOCK), new RequestKeys(null, null), () -> MADE).routes());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void a_user_is_registered_under_the_id_that_its_client_chose() {
    String ada = "{'userId':'ada','name':'Ada Lovelace','email':'ada@example.org'}";
    Answer registered = shop.post("/api/users", ada).expect(201);
    assertThat(registered.headers().firstValue("Location")).contains("/api/users/ada");
    assertThat(registered.body().toString()).isEqualTo("{\"userId\":\"ada\",\"name\":\"Ada Lovelace\",\"email\":\"ada@example.org\","
        + "\"registeredAt\":\"2026-01-01T12:00:00Z\"}");
    Answer again = shop.post("/api/users", ada).expect(201);
    assertThat(again.body()).isEqualTo(registered.body());
    assertThat(again.headers().firstValue("Location")).contains("/api/users/ada");
    assertThat(shop.get("/api/users/ada").expect(200).body()).isEqualTo(registered.body());
    shop.post("/api/users", ada.replace("Lovelace", "King")).expectProblem(409, "USER_EXISTS", null);
    shop.post("/api/users", ada.replace(".org", ".com")).expectProblem(409, "USER_EXISTS", null);
  }

  @Test
  void a_deleted_user_is_not_found_and_not_registered_again() {
    String eve = "{'userId':'eve','name':'Eve','email':'eve@example.org'}";
    shop.post("/api/users", eve).expect(201);
    for (int i = 0; i < 2; i++) {
      shop.send("DELETE", "/api/users/eve", null).expect(204);
      shop.get("/api/users/eve").expectProblem(404, "USER_NOT_FOUND", null);
    }
    shop.post("/api/users", eve).expectProblem(409, "USER_DELETED", null);
    shop.send("DELETE", "/api/users/never", null).expect(204);
    shop.post("/api/users", eve.replace("eve'", "never'")).expectProblem(409, "USER_DELETED", null);
  }

  @Test
  void a_user_without_an_id_gets_one() {
    Answer registered = shop.post("/api/users", "{'name':'Bob','email':'bob@example.org'}").expect(201);
    assertThat(registered.text("userId")).isEqualTo(MADE.toString());
    assertThat(registered.headers().firstValue("Location")).contains("/api/users/" + MADE);
    assertThat(shop.get("/api/users/" + MADE).expect(200).text("name")).isEqualTo("Bob");
  }

  @Test
  void of_two_who_want_the_same_id_at_once_one_gets_it() {
    List<Answer> answers = IntStream.range(0, 8).parallel().mapToObj(i ->
        shop.post("/api/users", "{'userId':'wanted','name':'User " + i + "','email':'u@example.org'}")).toList();
    List<Answer> registered = answers.stream().filter(answer -> answer.status() == 201).toList();
    assertThat(registered).hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.status() == 409)).hasSize(7);
    assertThat(shop.get("/api/users/wanted").expect(200).body()).isEqualTo(registered.get(0).body());
  }

  @Test
  void an_unknown_user_is_not_found() {
    shop.get("/api/users/nobody").expectProblem(404, "USER_NOT_FOUND", null);
    shop.get("/api/users/a%20b").expectProblem(400, "INVALID_FIELD", "userId");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{'email':'a@b.org'}|MISSING_FIELD|name", "{'name':'Ada'}|MISSING_FIELD|email", "{'name':null,'email':'a@b.org'}|MISSING_FIELD|name",
      "{'name':' ','email':'a@b.org'}|INVALID_FIELD|name", "{'name':7,'email':'a@b.org'}|INVALID_FIELD|name",
      "{'name':'a\\u0000b','email':'a@b.org'}|INVALID_FIELD|name", "{'name':'\\ud800','email':'a@b.org'}|INVALID_FIELD|name",
      "{'userId':'a/b','name':'Ada','email':'a@b.org'}|INVALID_FIELD|userId",
      "{'name':'Ada','email':'a@b.org','admin':true}|UNKNOWN_FIELD|admin", "{|MALFORMED_JSON|", "[]|MALFORMED_JSON|"})
  void a_wrong_registration_is_refused(String body, String code, String field) {
    shop.post("/api/users", body).expectProblem(400, code, field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ada", "@", "ada@", "@example.org", "a@b@c.org", "a b@example.org", "a@exa mple.org", "a@-b.org", "a@b-.org",
      "a@b..org", "a@.org", "a@b.org.", "a@b.org\\nBcc: c@d.org", "<a@b.org>", "a@b.org "})
  void what_is_no_email_address_is_refused(String email) {
    shop.post("/api/users", "{'name':'Ada','email':'" + email + "'}").expectProblem(400, "INVALID_FIELD", "email");
  }

  @Test
  void names_and_addresses_have_a_greatest_length() {
    String longest = "x".repeat(64) + "@" + ("y".repeat(61) + ".").repeat(3) + "z".repeat(3);
    assertThat(longest).hasSize(254);
    String body = "{'userId':'long','name':'" + "x".repeat(200) + "','email':'" + longest + "'}";
    shop.post("/api/users", body).expect(201);
    shop.post("/api/users", body.replace("zzz", "zzzz")).expectProblem(400, "INVALID_FIELD", "email");
    shop.post("/api/users", body.replace("xxx'", "xxxx'")).expectProblem(400, "INVALID_FIELD", "name");
  }

  @Test
  void other_methods_and_places_are_refused() {
    shop.get("/api/users").expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.send("PATCH", "/api/users/ada", null).expectProblem(405, "METHOD_NOT_ALLOWED", null);
    shop.get("/api/users/ada/elsewhere").expectProblem(404, "NOT_FOUND", null);
  }
}
