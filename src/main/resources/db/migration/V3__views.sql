-- Positions of the projections in the journal, as akka-projection-jdbc 1.4 uses them; the position is one of io.orderflow.journal.JournalPosition.
CREATE TABLE akka_projection_offset_store (
  projection_name VARCHAR(255)   NOT NULL,
  projection_key  VARCHAR(255)   NOT NULL,
  current_offset  VARCHAR(20000) NOT NULL,
  manifest        VARCHAR(4)     NOT NULL,
  mergeable       BOOLEAN        NOT NULL,
  last_updated    BIGINT         NOT NULL,
  PRIMARY KEY (projection_name, projection_key)
);

CREATE TABLE akka_projection_management (
  projection_name VARCHAR(255) NOT NULL,
  projection_key  VARCHAR(255) NOT NULL,
  paused          BOOLEAN      NOT NULL,
  last_updated    BIGINT       NOT NULL,
  PRIMARY KEY (projection_name, projection_key)
);

-- Each view: the generation of its rows that queries read, and the one that a rebuild fills.
CREATE TABLE projections (
  name           VARCHAR(64) PRIMARY KEY,
  live           BIGINT NOT NULL,
  building       BIGINT,
  building_since BIGINT,
  target         BIGINT
);

-- Each slice of a generation: how many events have taken effect, and the failure that it has, if any.
CREATE TABLE projection_slices (
  name       VARCHAR(64) NOT NULL,
  generation BIGINT      NOT NULL,
  slice      INTEGER     NOT NULL,
  applied    BIGINT      NOT NULL,
  attempts   INTEGER     NOT NULL,
  stopped    BOOLEAN     NOT NULL,
  event      VARCHAR(1000),
  error      VARCHAR(2000),
  failed_at  BIGINT,
  PRIMARY KEY (name, generation, slice)
);

-- Orders as GET /api/orders/{orderId} shows them.
CREATE TABLE order_summaries (
  generation     BIGINT          NOT NULL,
  order_id       VARCHAR(64)     NOT NULL,
  customer_id    VARCHAR(64)     NOT NULL,
  status         VARCHAR(16)     NOT NULL,
  reason         VARCHAR(1000000),
  detail         VARCHAR(1000000),
  currency       VARCHAR(3)      NOT NULL,
  total_minor    BIGINT          NOT NULL,
  placed         VARCHAR(1000000) NOT NULL,
  transaction_id VARCHAR(1000000),
  shipment_id    VARCHAR(1000000),
  created_at     BIGINT          NOT NULL,
  updated_at     BIGINT          NOT NULL,
  PRIMARY KEY (generation, order_id)
);
CREATE INDEX order_summaries_newest ON order_summaries (generation, created_at DESC, order_id DESC);
CREATE INDEX order_summaries_by_status ON order_summaries (generation, status, created_at DESC, order_id DESC);

-- The orders of each customer, newest first.
CREATE TABLE customer_orders (
  generation  BIGINT      NOT NULL,
  order_id    VARCHAR(64) NOT NULL,
  customer_id VARCHAR(64) NOT NULL,
  status      VARCHAR(16) NOT NULL,
  created_at  BIGINT      NOT NULL,
  PRIMARY KEY (generation, order_id)
);
CREATE INDEX customer_orders_newest ON customer_orders (generation, customer_id, created_at DESC, order_id DESC);
CREATE INDEX customer_orders_by_status ON customer_orders (generation, customer_id, status, created_at DESC, order_id DESC);

-- How many orders there are of each status; a row for each slice, so that nobody waits for another.
CREATE TABLE order_counts (
  generation BIGINT      NOT NULL,
  slice      INTEGER     NOT NULL,
  status     VARCHAR(16) NOT NULL,
  orders     BIGINT      NOT NULL,
  PRIMARY KEY (generation, slice, status)
);

-- Products as GET /api/products lists them.
CREATE TABLE product_list (
  generation  BIGINT       NOT NULL,
  sku         VARCHAR(64)  NOT NULL,
  name        VARCHAR(1000) NOT NULL,
  currency    VARCHAR(3)   NOT NULL,
  price_minor BIGINT       NOT NULL,
  available   BIGINT       NOT NULL,
  reserved    BIGINT       NOT NULL,
  created_at  BIGINT       NOT NULL,
  PRIMARY KEY (generation, sku)
);
CREATE INDEX product_list_newest ON product_list (generation, created_at DESC, sku DESC);
