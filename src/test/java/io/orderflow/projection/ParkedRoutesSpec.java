package io.orderflow.projection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.orderflow.testkit.ShopClient;
import io.orderflow.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators see of parked aggregates over HTTP, and what they do about them. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ParkedRoutesSpec {

  private static final long POISON = 1_000_000;
  private static final String PARKED = "/ops/projections/first/parked";

  @Parameter
  private TestDatabase database;
  private ProjectionKit kit;
  private ShopClient operator;

  @BeforeEach
  void open() throws SQLException {
    kit = ProjectionKit.on(database.fresh());
    kit.first.poison.put(POISON, Integer.MAX_VALUE);
    kit.startProjections();
    for (String entity : List.of("a", "b", "c")) {
      kit.add(entity, 1, POISON);
    }
    kit.awaitParked(kit.first, 3);
    operator = kit.client();
  }

  @AfterEach
  void close() {
    kit.close();
  }

  @Test
  void the_projections_say_how_many_aggregates_are_parked() {
    JsonNode projections = operator.get("/ops/projections").expect(200).body().path("projections");
    assertThat(projections.path(0).path("parked").asInt()).isEqualTo(3);
    assertThat(projections.path(0).path("state").asText()).isEqualTo("RUNNING");
    assertThat(projections.path(1).path("parked").asInt(-1)).isZero();
  }

  @Test
  void the_parked_aggregates_are_listed_page_by_page() {
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = operator.get(PARKED + "?limit=2" + cursor).expect(200).body();
      page.path("parked").forEach(parked -> ids.add(parked.path("persistenceId").asText()));
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    assertThat(ids).containsExactlyInAnyOrder("entity|a", "entity|b", "entity|c");
    JsonNode first = operator.get(PARKED).expect(200).body().path("parked").path(0);
    assertThat(first.fieldNames()).toIterable().containsExactlyInAnyOrder("persistenceId", "generation", "sequence", "heldUpTo", "manifest",
        "error", "attempts", "since");
    operator.get(PARKED + "?limit=0").expectProblem(400, "INVALID_FIELD", "limit");
    operator.get("/ops/projections/second/parked").expect(200);
  }

  @Test
  void a_retry_answers_what_it_came_to() {
    JsonNode failed = operator.post(PARKED + "/entity%7Ca/retry", "").expect(200).body();
    assertThat(failed.path("applied").asLong()).isZero();
    assertThat(failed.path("parked").path(0).path("attempts").asInt()).isEqualTo(2);
    kit.first.poison.clear();
    JsonNode done = operator.post(PARKED + "/entity%7Ca/retry", "").expect(200).body();
    assertThat(done.toString()).isEqualTo("{\"persistenceId\":\"entity|a\",\"applied\":1,\"parked\":[]}");
    operator.post(PARKED + "/entity%7Ca/retry", "").expectProblem(404, "AGGREGATE_NOT_PARKED", null);
  }

  @Test
  void a_skip_needs_a_reason_and_names_its_event_if_it_likes() throws SQLException {
    String skip = PARKED + "/entity%7Cb/skip";
    operator.post(skip, "{}").expectProblem(400, "MISSING_FIELD", "reason");
    operator.post(skip, "{'reason':' '}").expectProblem(400, "INVALID_FIELD", "reason");
    operator.post(skip, "{'reason':'" + "x".repeat(201) + "'}").expectProblem(400, "INVALID_FIELD", "reason");
    operator.post(skip, "{'reason':'x','sequence':0}").expectProblem(400, "INVALID_FIELD", "sequence");
    operator.post(skip, "{'reason':'x','event':1}").expectProblem(400, "UNKNOWN_FIELD", "event");
    operator.post(skip, "{'reason':'x','sequence':2}").expectProblem(409, "PARKED_AT_ANOTHER_EVENT", null);
    assertThat(operator.post(skip, "{'reason':'" + "é".repeat(200) + "'}").expect(200).body().path("parked")).isEmpty();
    operator.post(skip, "{'reason':'x','sequence':1}").expectProblem(404, "AGGREGATE_NOT_PARKED", null);
    operator.post(PARKED + "/entity%7Cc/skip", "{'reason':'a test event','sequence':1}", "X-Forwarded-For", "192.0.2.7").expect(200);
    assertThat(kit.number("SELECT COUNT(*) FROM projection_skipped WHERE persistence_id = 'entity|c' AND skipped_by = '192.0.2.7'"
        + " AND reason = 'a test event'")).isEqualTo(1);
  }

  @Test
  void unknown_views_and_aggregates_are_not_found() {
    operator.get("/ops/projections/unknown/parked").expectProblem(404, "PROJECTION_NOT_FOUND", null);
    operator.post("/ops/projections/unknown/parked/entity%7Ca/retry", "").expectProblem(404, "PROJECTION_NOT_FOUND", null);
    operator.post("/ops/projections/unknown/parked/entity%7Ca/skip", "{'reason':'x'}").expectProblem(404, "PROJECTION_NOT_FOUND", null);
    operator.post("/ops/projections/second/parked/entity%7Ca/retry", "").expectProblem(404, "AGGREGATE_NOT_PARKED", null);
    operator.post(PARKED + "/entity%7Ca%00/retry", "").expectProblem(404, "AGGREGATE_NOT_PARKED", null);
    operator.post(PARKED + "/entity%7Cz/skip", "{'reason':'x'}").expectProblem(404, "AGGREGATE_NOT_PARKED", null);
    operator.get(PARKED + "/entity%7Ca/retry").expectProblem(405, "METHOD_NOT_ALLOWED", null);
  }
}
