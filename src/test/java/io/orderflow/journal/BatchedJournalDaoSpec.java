package io.orderflow.journal;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.pattern.StatusReply;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.orderflow.eventsourcing.HomeType;
import io.orderflow.eventsourcing.Message;
import io.orderflow.eventsourcing.RunningHome;
import io.orderflow.eventsourcing.ScriptedHome;
import io.orderflow.kernel.CborSerializable;
import io.orderflow.kernel.Configuration;
import io.orderflow.testkit.TestDatabase;
import io.orderflow.testkit.TestJournal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The journal as Akka uses it: entities write into it and come back from it. */
class BatchedJournalDaoSpec {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String TAGGED = "tagged";
  private static final String UNWRITABLE = "unwritable";

  /** Has this text noted, after those that were noted before; the answer is all of them. */
  record Note(String text, ActorRef<String> replyTo) {}

  /** What is stored of it. */
  static final class Noted implements CborSerializable {
    private final String text;

    Noted(@JsonProperty("text") String text) {
      this.text = text;
    }

    @JsonProperty("text")
    String text() {
      if (text.equals(UNWRITABLE)) {
        throw new IllegalStateException("can't be serialised");
      }
      return text;
    }
  }

  private final List<ActorTestKit> nodes = new ArrayList<>();
  private TestJournal journal;

  @AfterEach
  void close() throws SQLException {
    nodes.forEach(ActorTestKit::shutdownTestKit);
    journal.close();
  }

  @ParameterizedTest
  @EnumSource
  void writes_of_stale_incarnations_that_are_refused_hold_up_no_other_entity(TestDatabase kind) throws SQLException {
    Config settings = open(kind);
    ActorTestKit one = node(settings);
    ActorTestKit two = node(settings);
    TestProbe<String> stale = one.createTestProbe();
    TestProbe<String> probe = two.createTestProbe();
    List<ActorRef<Note>> older = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      older.add(one.spawn(entity("twice-" + i)));
      older.get(i).tell(new Note("a", stale.getRef()));
    }
    assertThat(stale.receiveSeveralMessages(30, PATIENCE)).containsOnly("a");
    for (int i = 0; i < 30; i++) {
      two.spawn(entity("twice-" + i)).tell(new Note("b", probe.getRef()));
    }
    assertThat(probe.receiveSeveralMessages(30, PATIENCE)).containsOnly("ab");

    older.forEach(entity -> entity.tell(new Note("lost", stale.getRef())));
    ActorRef<Note> other = one.spawn(entity("other"));
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      other.tell(new Note("x", stale.getRef()));
      assertThat(stale.receiveMessage(PATIENCE)).isEqualTo(all.append('x').toString());
    }
    assertThat(strings("SELECT persistence_id || sequence_number FROM event_journal WHERE persistence_id = 'twice-7' ORDER BY ordering"))
        .containsExactly("twice-71", "twice-72");
  }

  @ParameterizedTest
  @EnumSource
  void an_entity_comes_back_with_everything_that_it_wrote(TestDatabase kind) throws SQLException {
    ActorTestKit node = node(open(kind));
    TestProbe<String> probe = node.createTestProbe();
    ActorRef<Note> first = node.spawn(entity("one"));
    first.tell(new Note("a", probe.getRef()));
    first.tell(new Note("b", probe.getRef()));
    assertThat(probe.receiveSeveralMessages(2, PATIENCE)).containsExactly("a", "ab");
    node.stop(first);
    node.spawn(entity("one")).tell(new Note("c", probe.getRef()));
    assertThat(probe.receiveMessage(PATIENCE)).isEqualTo("abc");
    assertThat(strings("SELECT persistence_id || sequence_number FROM event_journal ORDER BY ordering"))
        .containsExactly("one1", "one2", "one3");
  }

  @ParameterizedTest
  @EnumSource
  void a_tagged_event_is_stored_with_its_tag(TestDatabase kind) throws SQLException {
    ActorTestKit node = node(open(kind));
    TestProbe<String> probe = node.createTestProbe();
    ActorRef<Note> entity = node.spawn(entity("one"));
    entity.tell(new Note("a", probe.getRef()));
    entity.tell(new Note(TAGGED, probe.getRef()));
    probe.receiveSeveralMessages(2, PATIENCE);
    assertThat(strings("SELECT persistence_id || sequence_number || tag FROM event_journal JOIN event_tag ON event_id = ordering"))
        .containsExactly("one2some");
  }

  @ParameterizedTest
  @EnumSource
  void an_event_that_cannot_be_serialised_is_rejected_and_nothing_of_it_stored(TestDatabase kind) throws SQLException {
    ActorTestKit node = node(open(kind));
    TestProbe<String> probe = node.createTestProbe();
    ActorRef<Note> bad = node.spawn(entity("bad"));
    bad.tell(new Note(UNWRITABLE, probe.getRef()));
    node.spawn(entity("good")).tell(new Note("a", probe.getRef()));
    assertThat(probe.receiveMessage(PATIENCE)).isEqualTo("a");
    probe.expectTerminated(bad, PATIENCE);
    assertThat(strings("SELECT persistence_id FROM event_journal")).containsExactly("good");
  }

  @ParameterizedTest
  @EnumSource
  void a_second_incarnation_on_another_node_fails_alone_and_comes_back_with_what_the_first_wrote(TestDatabase kind) throws SQLException {
    Config database = open(kind);
    ActorTestKit one = node(database);
    ActorTestKit other = node(database);
    TestProbe<String> ofOne = one.createTestProbe();
    TestProbe<String> ofOther = other.createTestProbe();
    ActorRef<Note> first = one.spawn(entity("twice"));
    first.tell(new Note("a", ofOne.getRef()));
    assertThat(ofOne.receiveMessage(PATIENCE)).isEqualTo("a");
    other.spawn(entity("twice")).tell(new Note("b", ofOther.getRef()));
    assertThat(ofOther.receiveMessage(PATIENCE)).isEqualTo("ab");
    first.tell(new Note("c", ofOne.getRef()));
    for (int i = 0; i < 50; i++) {
      one.spawn(entity("bystander" + i)).tell(new Note("x", ofOne.getRef()));
    }
    assertThat(ofOne.receiveSeveralMessages(50, PATIENCE)).containsOnly("x");
    ofOne.expectTerminated(first, PATIENCE);
    one.spawn(entity("twice")).tell(new Note("d", ofOne.getRef()));
    assertThat(ofOne.receiveMessage(PATIENCE)).isEqualTo("abd");
  }

  @ParameterizedTest
  @EnumSource
  void what_was_answered_before_the_node_ended_is_there(TestDatabase kind) throws SQLException {
    ActorTestKit node = node(open(kind));
    TestProbe<String> probe = node.createTestProbe();
    for (int i = 0; i < 500; i++) {
      node.spawn(entity("entity" + i)).tell(new Note("x", probe.getRef()));
    }
    probe.receiveSeveralMessages(100, PATIENCE);
    node.shutdownTestKit();
    assertThat(strings("SELECT persistence_id FROM event_journal")).hasSizeGreaterThanOrEqualTo(100).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void the_stream_of_a_new_id_is_not_looked_up_and_if_it_has_events_nothing_is_written_over_them(TestDatabase kind) throws SQLException {
    ActorTestKit node = node(open(kind));
    ActorRef<Message> first = home(node);
    first.tell(new First());
    assertThat(add(node, first, 4)).isEqualTo(4);
    node.stop(first);

    ActorRef<Message> second = home(node);
    assertThat(add(node, second, 1)).isEqualTo(5);
    node.stop(second);

    ActorRef<Message> mistaken = home(node);
    mistaken.tell(new First());
    assertThat(add(node, mistaken, 0)).as("read before the first write").isZero();
    TestProbe<StatusReply<Integer>> refused = node.createTestProbe();
    mistaken.tell(new Message.Ask<>(ScriptedHome.COUNTER.name(), 2, refused.getRef()));
    assertThat(add(node, mistaken, 3)).as("recovered after the refused write").isEqualTo(8);
    refused.expectNoMessage(Duration.ZERO);
    assertThat(strings("SELECT persistence_id || sequence_number FROM event_journal ORDER BY ordering"))
        .containsExactly("counter|one1", "counter|one2", "counter|one3");
  }

  @ParameterizedTest
  @EnumSource
  void an_announcement_that_was_not_used_holds_for_no_later_incarnation(TestDatabase kind) throws SQLException {
    ActorTestKit node = node(open(kind));
    ActorRef<Message> first = home(node);
    assertThat(add(node, first, 4)).isEqualTo(4);
    node.stop(first);
    NewStreams.of(node.system()).announce("counter|one");
    assertThat(add(node, home(node), 1)).isEqualTo(5);
  }

  /** The first message to a home whose id was just made; no part of it takes the message. */
  private record First() implements Message {
    @Override
    public boolean isForNewId() {
      return true;
    }
  }

  private static ActorRef<Message> home(ActorTestKit node) {
    return node.spawn(RunningHome.onFirstMessage(new HomeType("counter", PATIENCE, List.of(), List.of(ScriptedHome.COUNTER)), "one"));
  }

  private static int add(ActorTestKit node, ActorRef<Message> home, int number) {
    TestProbe<StatusReply<Integer>> client = node.createTestProbe();
    home.tell(new Message.Ask<>(ScriptedHome.COUNTER.name(), number, client.getRef()));
    return client.receiveMessage(PATIENCE).getValue();
  }

  private Config open(TestDatabase kind) throws SQLException {
    Config database = kind.fresh();
    journal = TestJournal.of(database);
    return database;
  }

  private ActorTestKit node(Config database) {
    Config config = Configuration.over(ConfigFactory.parseMap(Map.of("akka.actor.provider", "local")).withFallback(database));
    ActorTestKit node = ActorTestKit.create("node-" + UUID.randomUUID(), Database.settings(config).withFallback(config));
    nodes.add(node);
    return node;
  }

  private static Behavior<Note> entity(String id) {
    return new EventSourcedBehavior<Note, Noted, String>(PersistenceId.ofUniqueId(id)) {
      @Override
      public String emptyState() {
        return "";
      }

      @Override
      public CommandHandler<Note, Noted, String> commandHandler() {
        return newCommandHandlerBuilder().forAnyState().onCommand(Note.class, note ->
            Effect().persist(new Noted(note.text())).thenRun((String all) -> note.replyTo().tell(all))).build();
      }

      @Override
      public EventHandler<String, Noted> eventHandler() {
        return newEventHandlerBuilder().forAnyState().onEvent(Noted.class, (all, noted) -> all + noted.text).build();
      }

      @Override
      public Set<String> tagsFor(Noted event) {
        return event.text.equals(TAGGED) ? Set.of("some") : Set.of();
      }
    };
  }

  private List<String> strings(String query) throws SQLException {
    List<String> strings = new ArrayList<>();
    try (ResultSet found = journal.connection().createStatement().executeQuery(query)) {
      while (found.next()) {
        strings.add(found.getString(1));
      }
    }
    return strings;
  }
}
