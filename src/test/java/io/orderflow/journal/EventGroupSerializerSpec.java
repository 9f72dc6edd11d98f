package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import io.orderflow.journal.JournalReader.Payload;
import io.orderflow.shipping.Shipment;
import io.orderflow.testkit.EntityKit;
import io.orderflow.user.User;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@link StoredEventsSpec} reads the bytes of a group that were stored earlier. */
class EventGroupSerializerSpec {

  private static final Instant AT = Instant.parse("2026-11-23T16:20:30.123456Z");
  private static final EventGroup GROUP = new EventGroup(
      List.of(new User.Registered("Ada", "ada@example.org", AT), new Shipment.Cancelled(AT)), "RUNNING -");

  private static ActorTestKit kit;
  private static Serialization serialization;

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create(EntityKit.CONFIG);
    serialization = SerializationExtension.get(kit.system());
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void a_group_is_read_as_it_was_stored_without_its_manifest() throws NotSerializableException {
    SerializerWithStringManifest serializer = serializer();
    assertThat(serializer.fromBinary(serializer.toBinary(GROUP), serializer.manifest(GROUP))).isEqualTo(new EventGroup(GROUP.events(), ""));
  }

  @Test
  void a_group_with_actors_is_read_as_it_was_stored() throws NotSerializableException {
    EventGroup group = new EventGroup(GROUP.events(), List.of("ada", ""), "");
    SerializerWithStringManifest serializer = serializer();
    assertThat(serializer.manifest(group)).isEqualTo("events-by");
    assertThat(serializer.fromBinary(serializer.toBinary(group), serializer.manifest(group))).isEqualTo(group);
    assertThat(EventGroup.by(group, User.Event.class)).extracting(EventGroup.By::actor).containsExactly("ada");
    assertThat(EventGroup.by(group, Shipment.Event.class)).extracting(EventGroup.By::actor).containsOnlyNulls();
  }

  @Test
  void a_group_without_any_actor_is_stored_as_before() {
    assertThat(EventGroup.actors(List.of("", ""))).isEmpty();
    assertThat(EventGroup.actors(List.of("", "ada"))).containsExactly("", "ada");
  }

  @Test
  void the_identifier_and_the_manifest_are_part_of_every_stored_group() {
    assertThat(serializer().identifier()).isEqualTo(70_003);
    assertThat(serializer().manifest(GROUP)).isEqualTo("events");
  }

  @Test
  void bytes_that_end_early_are_reported_as_unreadable() {
    byte[] bytes = serializer().toBinary(GROUP);
    for (int length : new int[] {0, 1, 20, bytes.length - 1}) {
      assertThatExceptionOfType(NotSerializableException.class).as("%s of %s bytes", length, bytes.length)
          .isThrownBy(() -> serializer().fromBinary(Arrays.copyOf(bytes, length), "events"));
    }
  }

  @Test
  void the_events_of_one_part_are_picked_in_order() {
    assertThat(EventGroup.of(GROUP, Shipment.Event.class)).containsExactly(new Shipment.Cancelled(AT));
    assertThat(EventGroup.of(new Shipment.Cancelled(AT), Shipment.Event.class)).as("a row without a group")
        .containsExactly(new Shipment.Cancelled(AT));
  }

  @Test
  void events_of_other_classes_are_not_even_read() throws NotSerializableException {
    byte[] bytes = serializer().toBinary(new EventGroup(GROUP.events(), List.of("ada", "bob"), ""));
    // The first byte of the first event's map: CBOR's code for a break, which nothing can begin with.
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("user.registered") + "user.registered".length() + 4] = (byte) 0xff;
    Payload payload = new Payload(serializer().identifier(), "events-by", bytes);
    assertThat(payload.read(serialization, Shipment.Event.class)).containsExactly(new Shipment.Cancelled(AT));
    assertThatExceptionOfType(Exception.class).isThrownBy(() -> payload.read(serialization, User.Event.class));
    assertThatExceptionOfType(Exception.class).isThrownBy(() -> payload.read(serialization));
  }

  @Test
  void actors_stay_with_their_events_when_others_are_skipped() throws NotSerializableException {
    byte[] bytes = serializer().toBinary(new EventGroup(GROUP.events(), List.of("ada", "bob"), ""));
    assertThat(EventGroupSerializer.read(serialization, bytes, "events-by", Shipment.Event.class))
        .isEqualTo(new EventGroup(List.of(new Shipment.Cancelled(AT)), List.of("bob"), ""));
  }

  private static SerializerWithStringManifest serializer() {
    return (SerializerWithStringManifest) serialization.findSerializerFor(GROUP);
  }
}
