package io.orderflow.user;

import io.orderflow.kernel.TypeNames;
import java.util.Map;

/** The stored and sent type names of users. */
public final class UserTypes implements TypeNames {

  @Override
  public Map<String, Class<?>> stored() {
    return Map.ofEntries(
        Map.entry("user.deleted", User.Deleted.class),
        Map.entry("user.registered", User.Registered.class));
  }

  @Override
  public Map<String, Class<?>> sent() {
    return Map.ofEntries(
        Map.entry("user.delete", User.Delete.class),
        Map.entry("user.get", User.Get.class),
        Map.entry("user.register", User.Register.class),
        Map.entry("user.state", User.State.class));
  }
}
