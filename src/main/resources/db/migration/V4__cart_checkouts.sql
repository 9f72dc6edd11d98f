-- Carts whose order is recorded and not yet known to be placed, gathered from the journal. Nearly always empty.
CREATE TABLE cart_checkouts (
  cart_id     VARCHAR(64) NOT NULL PRIMARY KEY,
  recorded_at BIGINT      NOT NULL
);
