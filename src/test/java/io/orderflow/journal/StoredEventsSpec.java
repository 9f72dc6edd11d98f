package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.TypeNames;
import io.orderflow.testkit.EntityKit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Journals outlive releases: today's code reads what any release has stored. The samples are stored bytes, each in a file named after its
 * manifest, and never change. A new type of event needs a new sample: {@code mvn test -Dtest=StoredEventsSpec -Dstored.record=true} writes
 * the missing ones.
 */
class StoredEventsSpec {

  private static final Path SAMPLES = Path.of("src/test/resources/stored");
  private static final String SUFFIX = ".cbor";

  private static ActorTestKit kit;
  private static Serialization serialization;

  @BeforeAll
  static void start() throws IOException {
    kit = ActorTestKit.create(EntityKit.CONFIG);
    serialization = SerializationExtension.get(kit.system());
    if (Boolean.getBoolean("stored.record")) {
      recordMissing();
    }
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void every_stored_type_has_a_sample() throws IOException {
    assertThat(samples()).containsAll(names(types -> types.stored()).keySet()).containsAll(examples().keySet());
  }

  @Test
  void every_type_that_is_stored_or_sent_has_a_name() {
    Set<String> named = Stream.of(names(types -> types.stored()), names(types -> types.sent())).flatMap(names -> names.values().stream())
        .map(Class::getName).collect(Collectors.toSet());
    assertThat(new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.orderflow").stream()
        .filter(type -> type.isAssignableTo(CborSerializable.class) && !type.isInterface()).map(JavaClass::getName))
        .isNotEmpty().isSubsetOf(named);
  }

  @ParameterizedTest
  @MethodSource("samples")
  void what_was_stored_is_read(String manifest) throws IOException {
    Object example = examples().get(manifest);
    assertThat(serializer(example).fromBinary(Files.readAllBytes(SAMPLES.resolve(manifest + SUFFIX)), manifest)).isEqualTo(example);
  }

  static List<String> samples() throws IOException {
    try (Stream<Path> files = Files.list(SAMPLES)) {
      return files.map(file -> file.getFileName().toString().replace(SUFFIX, "")).sorted().toList();
    }
  }

  private static Map<String, Object> examples() {
    return StoredExamples.all().stream().collect(Collectors.toMap(example -> serializer(example).manifest(example), example -> example));
  }

  private static Map<String, Class<?>> names(Function<TypeNames, Map<String, Class<?>>> kind) {
    return ServiceLoader.load(TypeNames.class).stream().flatMap(types -> kind.apply(types.get()).entrySet().stream())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static void recordMissing() throws IOException {
    Files.createDirectories(SAMPLES);
    for (Object example : StoredExamples.all()) {
      Path sample = SAMPLES.resolve(serializer(example).manifest(example) + SUFFIX);
      if (Files.notExists(sample)) {
        Files.write(sample, serializer(example).toBinary(example));
      }
    }
  }

  private static SerializerWithStringManifest serializer(Object example) {
    return (SerializerWithStringManifest) serialization.findSerializerFor(example);
  }
}
