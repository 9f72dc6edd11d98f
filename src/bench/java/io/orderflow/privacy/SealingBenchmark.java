package io.orderflow.privacy;

import io.orderflow.shipping.Address;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of encryption: an order seals one token and one address, and its events carry what was sealed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SealingBenchmark {

  private final CardTokens cards = new CardTokens(EncryptionKeys.parse(List.of("k1 " + "A".repeat(43) + "=")));
  private final PersonKey person = PersonKey.of("customer-1", Aead.newKey());
  private final Address address = new Address("Ada Lovelace", "12 St James's Square", "London", "SW1Y 4JH", "GB");
  private final String storedToken = cards.seal("tok_4242424242424242");
  private final Address storedAddress = address.sealedBy(person::seal);

  @Benchmark
  public String sealToken() {
    return cards.seal("tok_4242424242424242");
  }

  @Benchmark
  public String openToken() {
    return cards.open(storedToken);
  }

  @Benchmark
  public Address sealAddress() {
    return address.sealedBy(person::seal);
  }

  @Benchmark
  public Address openAddress() {
    return storedAddress.openedBy(person::open);
  }
}
