package io.orderflow.eventsourcing;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Cluster;
import akka.cluster.sharding.typed.ClusterShardingSettings;
import akka.cluster.sharding.typed.HashCodeMessageExtractor;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityRef;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.StatusReply;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Rejection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places the shards of all types before the node serves. A coordinator places one shard after the other, each once all nodes know of the one before. In a
 * cluster that has just started, the first requests would wait for up to a hundred of them, and some for longer than they may.
 *
 * <p>A shard is placed by its first message. It is sent to a placeholder: an entity of the shard that has no state, replies and stops.
 */
public final class ShardPlacement implements Extension {

  private static final Logger LOG = LoggerFactory.getLogger(ShardPlacement.class);
  /** Begins the ids of placeholders. No other id has a blank ({@link io.orderflow.kernel.Ids}). */
  private static final String PLACEHOLDER = "shard ";
  /** The longest wait for one shard. A node of a version without placeholders does not reply. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  /** The longest wait for all, as on a machine that is busy otherwise. A node that joins others that have served for long need not wait at all. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** To a placeholder; replied to once its shard has a place. */
  record Place(ActorRef<StatusReply<Done>> replyTo) implements Message, CborSerializable {

    @Override
    public void reject(Rejection rejection) {
      replyTo.tell(rejection.reply());
    }
  }

  private static final class Id extends ExtensionId<ShardPlacement> {
    private static final Id INSTANCE = new Id();

    @Override
    public ShardPlacement createExtension(ActorSystem<?> system) {
      return new ShardPlacement(system);
    }
  }

  private final ActorSystem<?> system;
  private final Queue<EntityTypeKey<Message>> hosted = new ConcurrentLinkedQueue<>();

  private ShardPlacement(ActorSystem<?> system) {
    this.system = system;
  }

  /** The node hosts entities of this type. */
  static void hosts(ActorSystem<?> system, EntityTypeKey<Message> key) {
    Id.INSTANCE.apply(system).hosted.add(key);
  }

  /** The types that the node hosts so far. */
  static Collection<EntityTypeKey<Message>> hosted(ActorSystem<?> system) {
    return Id.INSTANCE.apply(system).hosted;
  }

  /** Whether the id is a placeholder's. */
  static boolean isPlaceholder(String id) {
    return id.startsWith(PLACEHOLDER);
  }

  /** Replies and stops. */
  static Behavior<Message> placeholder() {
    return Behaviors.receiveMessage(message -> {
      if (message instanceof Place place) {
        place.replyTo().tell(StatusReply.success(Done.getInstance()));
      }
      return Behaviors.stopped();
    });
  }

  /**
   * Places the shards of all types that the node hosts so far, once it is a member. The stage never fails: what could not be placed in time is placed by its
   * first request. A node without others does nothing, because its shards are placed at once.
   */
  public static CompletionStage<Void> all(ActorSystem<?> system) {
    CompletableFuture<Void> member = new CompletableFuture<>();
    Cluster cluster = Cluster.get(system);
    cluster.registerOnMemberUp(() -> member.complete(null));
    return member.thenCompose(up -> isAlone(cluster) ? CompletableFuture.completedFuture(null) : Id.INSTANCE.apply(system).place());
  }

  private static boolean isAlone(Cluster cluster) {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false).filter(member -> member.hasRole("services")).count() < 2;
  }

  private CompletionStage<Void> place() {
    List<String> ids = placeholderIds();
    ClusterSharding sharding = ClusterSharding.get(system);
    return place(hosted.stream().flatMap(type -> ids.stream().map(id -> sharding.entityRefFor(type, id))).toList(), 0, 0, System.nanoTime());
  }

  /** An id for each shard. */
  private List<String> placeholderIds() {
    int shards = ClusterShardingSettings.create(system).numberOfShards();
    HashCodeMessageExtractor<Message> extractor = new HashCodeMessageExtractor<>(shards);
    return IntStream.range(0, shards).mapToObj(shard -> IntStream.iterate(0, i -> i + 1).mapToObj(i -> PLACEHOLDER + i)
        .filter(id -> extractor.shardId(id).equals(Integer.toString(shard))).findFirst().orElseThrow()).toList();
  }

  /**
   * One after the other, so that a client's request for a shard waits for one of them only, and so that nodes that have just started, and compile, still send
   * their heartbeats in time.
   *
   * @param next the number of the next
   * @param placed how many have places
   */
  private CompletionStage<Void> place(List<EntityRef<Message>> placeholders, int next, int placed, long began) {
    if (next == placeholders.size() || System.nanoTime() - began > LIMIT.toNanos()) {
      LOG.info("{} of {} shards have places after {} ms", placed, placeholders.size(), (System.nanoTime() - began) / 1_000_000);
      return CompletableFuture.completedFuture(null);
    }
    return EntityAsk.ask(system, placeholders.get(next), Place::new, PATIENCE)
        .handle((done, failure) -> failure == null ? placed + 1 : placed).thenCompose(counted -> place(placeholders, next + 1, counted, began));
  }
}
