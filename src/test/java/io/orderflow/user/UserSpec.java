package io.orderflow.user;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;
import io.orderflow.kernel.AggregateKit;
import io.orderflow.user.User.Profile;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UserSpec {

  private static final Profile ADA = new Profile("ada", "Ada Lovelace", "ada@example.org", AggregateKit.NOW);

  private final AggregateKit<User.Command, User.Event, User.State> user =
      new AggregateKit<>(User.create("ada", AggregateKit.CLOCK));

  @AfterEach
  void close() {
    user.close();
  }

  @Test
  void is_unknown_before_it_is_registered() {
    user.refuses(User.Get::new, "USER_NOT_FOUND");
  }

  @Test
  void is_registered_with_its_name_and_email() {
    var result = user.tell(register("Ada Lovelace", "ada@example.org"));
    assertThat(result.event()).isEqualTo(new User.Registered("Ada Lovelace", "ada@example.org", AggregateKit.NOW));
    assertThat(result.reply().getValue()).isEqualTo(ADA);
  }

  @Test
  void registered_again_with_the_same_values_nothing_changes_also_after_a_restart() {
    user.tell(register("Ada Lovelace", "ada@example.org"));
    user.restart();
    assertThat(user.changesNothing(register("Ada Lovelace", "ada@example.org"))).isEqualTo(ADA);
    assertThat(user.<Profile>changesNothing(User.Get::new)).isEqualTo(ADA);
  }

  @Test
  void registered_again_with_other_values_is_refused() {
    user.tell(register("Ada Lovelace", "ada@example.org"));
    user.refuses(register("Ada King", "ada@example.org"), "USER_EXISTS");
    user.refuses(register("Ada Lovelace", "ada@example.com"), "USER_EXISTS");
    assertThat(user.<Profile>changesNothing(User.Get::new)).isEqualTo(ADA);
  }

  private static Function<ActorRef<StatusReply<Profile>>, User.Command> register(String name, String email) {
    return replyTo -> new User.Register(name, email, replyTo);
  }
}
