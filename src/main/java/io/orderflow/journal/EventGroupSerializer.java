package io.orderflow.journal;

import akka.actor.ExtendedActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.SerializerWithStringManifest;
import akka.serialization.Serializers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.List;
import scala.Option;

/**
 * Serialises {@link EventGroup}s: the number of events, then each by its own serialiser with its manifest and length. In a group with actors, which
 * has a manifest of its own, each event's actor precedes it.
 */
public final class EventGroupSerializer extends SerializerWithStringManifest {

  /** Unique among the node's serialisers. It is part of every stored group and must never change. */
  static final int IDENTIFIER = 70_003;
  private static final String GROUP = "events";
  private static final String GROUP_WITH_ACTORS = "events-by";

  private final ExtendedActorSystem system;

  /** Akka creates the instance from the configuration. */
  public EventGroupSerializer(ExtendedActorSystem system) {
    this.system = system;
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object group) {
    return ((EventGroup) group).actors().isEmpty() ? GROUP : GROUP_WITH_ACTORS;
  }

  @Override
  public byte[] toBinary(Object object) {
    EventGroup group = (EventGroup) object;
    List<Object> events = group.events();
    Serialization serialization = SerializationExtension.get(system);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeShort(events.size());
      for (int i = 0; i < events.size(); i++) {
        Object event = events.get(i);
        if (!group.actors().isEmpty()) {
          out.writeUTF(group.actors().get(i));
        }
        Serializer serializer = serialization.findSerializerFor(event);
        byte[] payload = serializer.toBinary(event);
        out.writeInt(serializer.identifier());
        out.writeUTF(Serializers.manifestFor(serializer, event));
        out.writeInt(payload.length);
        out.write(payload);
      }
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return bytes.toByteArray();
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return read(SerializationExtension.get(system), bytes, manifest, Object.class);
  }

  /**
   * Deserialises those events of a group that are of one class, with their actors. Most events of a group are of other classes: those whose manifest
   * says so are skipped.
   */
  static EventGroup read(Serialization serialization, byte[] bytes, String manifest, Class<?> type) throws NotSerializableException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int count = in.readUnsignedShort();
      List<Object> events = new ArrayList<>(count);
      List<String> actors = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String actor = manifest.equals(GROUP_WITH_ACTORS) ? in.readUTF() : null;
        int serializer = in.readInt();
        String name = in.readUTF();
        int length = in.readInt();
        if (type != Object.class && !mayBe(type, name, serialization.serializerByIdentity().get(serializer))) {
          in.skipNBytes(length);
          continue;
        }
        events.add(serialization.deserialize(in.readNBytes(length), serializer, name).get());
        if (actor != null) {
          actors.add(actor);
        }
      }
      return new EventGroup(List.copyOf(events), List.copyOf(actors));
    } catch (IOException malformed) {
      throw new NotSerializableException("not a group of events: " + malformed.getMessage());
    }
  }

  private static boolean mayBe(Class<?> type, String manifest, Option<Serializer> serializer) {
    return serializer.isEmpty() || !(serializer.get() instanceof TypesByManifest types) || type.isAssignableFrom(types.typeOf(manifest));
  }
}
