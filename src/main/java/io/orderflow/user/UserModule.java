package io.orderflow.user;

import akka.http.javadsl.server.Route;
import io.orderflow.node.Module;
import io.orderflow.node.NodeContext;
import java.util.List;

/** Contributes users to a node. */
public final class UserModule implements Module {

  private final NodeContext node;
  private final UserService users;

  public UserModule(NodeContext node) {
    this.node = node;
    this.users = new UserService(node.system(), node.personal(), node.clock());
  }

  @Override
  public List<Route> routes() {
    return List.of(new UserRoutes(users, node.requestKeys(), node.ids()).routes());
  }
}
