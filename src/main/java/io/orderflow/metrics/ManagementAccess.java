package io.orderflow.metrics;

import akka.actor.ActorSystem;
import io.orderflow.http.Access;
import io.orderflow.security.Scopes;
import io.orderflow.security.SecuritySettings;

/** Who may use the management port, except for {@code /alive} and {@code /ready}, which are open. */
final class ManagementAccess {

  private ManagementAccess() {}

  /** Everybody on this machine if nothing else reaches the port; operators otherwise. */
  static Access of(ActorSystem system) {
    return SecuritySettings.isLoopback(system.settings().config().getString("akka.management.http.bind-hostname"))
        ? Access.ANYBODY : Access.scope(Scopes.OPS_READ);
  }
}
