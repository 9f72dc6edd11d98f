package io.orderflow.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.orderflow.eventsourcing.AggregateKit;
import org.junit.jupiter.api.Test;

class UserSpec {

  private static final User.State ADA = new User.State("Ada Lovelace", "ada@example.org", AggregateKit.NOW, null);

  private final AggregateKit<User.Command, User.Event, User.State, User.State> user =
      new AggregateKit<>(new User(AggregateKit.CLOCK));

  @Test
  void is_unknown_before_it_is_registered() {
    user.refuses(new User.Get(), "USER_NOT_FOUND");
  }

  @Test
  void is_registered_with_its_name_and_email() {
    var result = user.tell(register("Ada Lovelace", "ada@example.org"));
    assertThat(result.event()).isEqualTo(new User.Registered("Ada Lovelace", "ada@example.org", AggregateKit.NOW));
    assertThat(result.reply()).isEqualTo(ADA);
  }

  @Test
  void registered_again_with_the_same_values_nothing_changes_also_after_a_restart() {
    user.tell(register("Ada Lovelace", "ada@example.org"));
    user.restart();
    assertThat(user.changesNothing(register("Ada Lovelace", "ada@example.org"))).isEqualTo(ADA);
    assertThat(user.changesNothing(new User.Get())).isEqualTo(ADA);
  }

  @Test
  void registered_again_with_other_values_is_refused() {
    user.tell(register("Ada Lovelace", "ada@example.org"));
    user.refuses(register("Ada King", "ada@example.org"), "USER_EXISTS");
    user.refuses(register("Ada Lovelace", "ada@example.com"), "USER_EXISTS");
    assertThat(user.changesNothing(new User.Get())).isEqualTo(ADA);
  }

  @Test
  void deleted_it_is_unknown_for_good_also_after_a_restart() {
    user.tell(register("Ada Lovelace", "ada@example.org"));
    assertThat(user.tell(new User.Delete()).event()).isEqualTo(new User.Deleted(AggregateKit.NOW));
    user.changesNothing(new User.Delete());
    user.restart();
    user.refuses(new User.Get(), "USER_NOT_FOUND");
    user.refuses(register("Ada Lovelace", "ada@example.org"), "USER_DELETED");
    user.changesNothing(new User.Delete());
  }

  @Test
  void deleted_before_it_was_registered_it_is_never_registered() {
    user.tell(new User.Delete());
    user.refuses(register("Ada Lovelace", "ada@example.org"), "USER_DELETED");
  }

  private static User.Command register(String name, String email) {
    return new User.Register(name, email);
  }
}
