package io.orderflow.store;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.orderflow.aggregate.Aggregate;
import io.orderflow.kernel.AggregateKit;
import io.orderflow.kernel.CborSerializable;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Journals outlive releases: what any release has stored is read by today's code. The samples are bytes as they were stored, each in a
 * file of its manifest's name, and never change. A new type of event needs a new sample: {@code mvn test -Dtest=StoredEventsSpec
 * -Dstored.record} writes those that are missing.
 */
class StoredEventsSpec {

  private static final Path SAMPLES = Path.of("src/test/resources/stored");
  private static final String SUFFIX = ".cbor";

  private static ActorTestKit kit;
  private static Serialization serialization;

  @BeforeAll
  static void start() throws IOException {
    kit = ActorTestKit.create(AggregateKit.CONFIG);
    serialization = SerializationExtension.get(kit.system());
    if (System.getProperty("stored.record") != null) {
      recordMissing();
    }
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void every_type_that_is_stored_has_a_sample() throws IOException {
    assertThat(samples()).containsAll(storedTypes().map(Class::getName).toList());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void what_was_stored_is_read(String manifest) throws IOException {
    Object read = serializer().fromBinary(Files.readAllBytes(SAMPLES.resolve(manifest + SUFFIX)), manifest);
    assertThat(read).isEqualTo(meanings().get(manifest));
  }

  static List<String> samples() throws IOException {
    try (Stream<Path> files = Files.list(SAMPLES)) {
      return files.map(file -> file.getFileName().toString().replace(SUFFIX, "")).sorted().toList();
    }
  }

  private static Map<String, Object> meanings() {
    Map<String, Object> meanings = new HashMap<>(StoredExamples.earlier());
    StoredExamples.today().forEach(example -> meanings.put(serializer().manifest(example), example));
    return meanings;
  }

  /** The events of every aggregate and saga, and the states of those that store snapshots. */
  private static Stream<Class<?>> storedTypes() {
    return new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.orderflow").stream()
        .flatMap(type -> type.isAssignableTo(Aggregate.class) ? storedBy(type, type.reflect().getGenericInterfaces())
            : type.isAssignableTo(EventSourcedBehavior.class) ? storedBy(type, type.reflect().getGenericSuperclass()) : Stream.of());
  }

  /** By what it extends or implements: {@code <command, event, state>}. Parameters in their place are those of an engine's own class. */
  private static Stream<Class<?>> storedBy(JavaClass aggregate, Type... bases) {
    return Arrays.stream(bases).filter(ParameterizedType.class::isInstance)
        .map(base -> ((ParameterizedType) base).getActualTypeArguments())
        .filter(arguments -> arguments.length == 3 && arguments[1] instanceof Class)
        .flatMap(arguments -> {
          Stream<Class<?>> events = Arrays.stream(((Class<?>) arguments[1]).getPermittedSubclasses());
          return storesSnapshots(aggregate) ? Stream.concat(events, Stream.of((Class<?>) arguments[2])) : events;
        });
  }

  private static boolean storesSnapshots(JavaClass aggregate) {
    return aggregate.isAssignableTo(Aggregate.class)
        || aggregate.getMethods().stream().anyMatch(method -> method.getName().equals("retentionCriteria"));
  }

  private static void recordMissing() throws IOException {
    for (Object example : StoredExamples.today()) {
      Path sample = SAMPLES.resolve(serializer().manifest(example) + SUFFIX);
      if (Files.notExists(sample)) {
        Files.write(sample, serializer().toBinary(example));
      }
    }
  }

  private static SerializerWithStringManifest serializer() {
    try {
      return (SerializerWithStringManifest) serialization.serializerFor(CborSerializable.class);
    } catch (java.io.NotSerializableException missing) {
      throw new IllegalStateException(missing);
    }
  }
}
