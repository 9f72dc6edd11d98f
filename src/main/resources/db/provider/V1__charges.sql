-- What came under each idempotency key: a charge, a decline, or the refund of a charge that never was.
CREATE TABLE charges (
  number          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  idempotency_key VARCHAR(255) NOT NULL UNIQUE,
  -- of orderId, amount, currency and token; the token itself is not kept
  fingerprint     VARCHAR(64),
  order_id        VARCHAR(64),
  amount_minor    BIGINT,
  currency        VARCHAR(3),
  status          VARCHAR(9) NOT NULL CHECK (status IN ('succeeded', 'declined', 'refunded', 'void')),
  transaction_id  VARCHAR(64) UNIQUE,
  charged_at      TIMESTAMP(6) WITH TIME ZONE,
  refunded_at     TIMESTAMP(6) WITH TIME ZONE,
  calls           INTEGER NOT NULL
);
CREATE INDEX charges_by_order ON charges (order_id, number);
