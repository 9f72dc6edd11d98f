package io.orderflow.eventsourcing;

import akka.actor.ExtendedActorSystem;
import akka.serialization.jackson.JacksonObjectMapperProvider;
import akka.serialization.jackson.JacksonSerializer;
import io.orderflow.journal.TypesByManifest;
import io.orderflow.kernel.TypeNames;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Serialises as Akka's Jackson serialiser for CBOR does, with the names of {@link TypeNames} in the manifests instead of class names. The
 * manifest of a migrated type has its version after the name, as in {@code order.created#2}.
 */
public final class NamedSerializer extends JacksonSerializer implements TypesByManifest {

  /** The name of Akka's settings in {@code akka.serialization.jackson}. */
  private static final String BINDING = "jackson-cbor";
  private static final char VERSION = '#';
  /** Unique among the node's serialisers. It is part of every stored event and must never change. */
  private static final int IDENTIFIER = 70_002;

  private final Map<String, String> classes = new HashMap<>();
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, Class<?>> types = new HashMap<>();

  /** Akka creates the instance from the configuration. */
  public NamedSerializer(ExtendedActorSystem system) {
    super(system, BINDING, JacksonObjectMapperProvider.get(system).getOrCreate(BINDING, Optional.empty()));
    for (TypeNames types : ServiceLoader.load(TypeNames.class)) {
      types.stored().forEach(this::add);
      types.sent().forEach(this::add);
    }
  }

  private void add(String name, Class<?> type) {
    if (classes.put(name, type.getName()) != null || names.put(type.getName(), name) != null) {
      throw new IllegalStateException("two types have the name " + name + ", or " + type.getName() + " has two names");
    }
    types.put(name, type);
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  /** @throws IllegalArgumentException if the type has no name */
  @Override
  public String manifest(Object object) {
    return replaced(super.manifest(object), names);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    return super.fromBinary(bytes, replaced(manifest, classes));
  }

  @Override
  public Class<?> typeOf(String manifest) {
    int version = manifest.indexOf(VERSION);
    return found(version < 0 ? manifest : manifest.substring(0, version), types);
  }

  private static String replaced(String manifest, Map<String, String> by) {
    int version = manifest.indexOf(VERSION);
    return version < 0 ? found(manifest, by) : found(manifest.substring(0, version), by) + manifest.substring(version);
  }

  private static <T> T found(String type, Map<String, T> by) {
    T found = by.get(type);
    if (found == null) {
      throw new IllegalArgumentException(type + " has no name in any TypeNames");
    }
    return found;
  }
}
