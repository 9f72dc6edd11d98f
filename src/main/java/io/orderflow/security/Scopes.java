package io.orderflow.security;

/** The scopes of services and operators. A customer needs none. */
public final class Scopes {

  /** Offer, reprice and restock products. */
  public static final String CATALOG_WRITE = "catalog:write";
  /** Open and read everybody's accounts, deposit, withdraw and transfer; delete persons. */
  public static final String ACCOUNTS_WRITE = "accounts:write";
  /** Read everybody's orders, payments, shipments, carts and users. */
  public static final String ORDERS_READ = "orders:read";
  /** Place and cancel everybody's orders, change their carts and register them. */
  public static final String ORDERS_WRITE = "orders:write";
  /** Read the operators' views. */
  public static final String OPS_READ = "ops:read";
  /** Retry sagas; rebuild, resume and repair projections; delete persons. */
  public static final String OPS_WRITE = "ops:write";

  private Scopes() {}
}
