package io.orderflow.testkit;

/** What answers clients over HTTP, and may fail: a node of a cluster, or a gateway before it. */
public interface Serving {

  /** A client of it. */
  ShopClient shop();

  /** Whether it can serve now. */
  boolean serves();
}
