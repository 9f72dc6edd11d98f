package io.orderflow;

import akka.actor.Address;
import akka.event.EventStream;
import akka.remote.PhiAccrualFailureDetector;
import com.typesafe.config.Config;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import scala.Option;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Akka's failure detector, which also believes {@link EndedProcesses}: the cluster removes a downed node only once it is unreachable, and a
 * missing heartbeat takes seconds to tell. It measures silence in {@link LivedTime}, and none of a node that it has only begun to watch: one that starts
 * on a busy machine may answer for the first time after seconds, and it serves nobody yet.
 */
public final class ProcessAwareDetector extends PhiAccrualFailureDetector {

  private static final LivedTime TIME = new LivedTime(System::nanoTime);
  /** Addresses of processes that have ended. Static, since Akka creates a detector for each node by its class name alone. */
  private static final Set<String> ENDED = ConcurrentHashMap.newKeySet();

  private final LivedTime time;
  /** When silence begins to count, in milliseconds of {@link #time}. */
  private final long patientUntil;

  /** Akka creates it from {@code akka.cluster.failure-detector}. */
  public ProcessAwareDetector(Config config, EventStream events) {
    this(config, events, TIME);
  }

  ProcessAwareDetector(Config config, EventStream events, LivedTime time) {
    super(config.getDouble("threshold"), config.getInt("max-sample-size"), duration(config, "min-std-deviation"),
        duration(config, "acceptable-heartbeat-pause"), duration(config, "heartbeat-interval"), Option.apply(events), time);
    this.time = time;
    // Akka creates a detector when it begins to watch a node.
    this.patientUntil = time.millis() + config.getDuration("patience-with-newcomers").toMillis();
  }

  private static FiniteDuration duration(Config config, String setting) {
    return Duration.fromNanos(config.getDuration(setting).toNanos());
  }

  @Override
  public boolean isAvailable() {
    return !ENDED.contains(address()) && (time.millis() < patientUntil || super.isAvailable());
  }

  /**
   * The process at this address has ended.
   *
   * @return whether that is news
   */
  static boolean ended(Address node) {
    return ENDED.add(node.toString());
  }

  /** Forgets a process that has ended: it was removed, or another one has its address. */
  static void forget(Address node) {
    ENDED.remove(node.toString());
  }
}
