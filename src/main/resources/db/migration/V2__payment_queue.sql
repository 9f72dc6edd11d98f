-- Payments that wait for the payment provider, gathered from the journal: whose turn it is, and how many there are.
CREATE TABLE payment_queue (
  order_id  VARCHAR(64) NOT NULL PRIMARY KEY,
  position  BIGINT      NOT NULL,
  sequence  BIGINT      NOT NULL,
  queued_at BIGINT      NOT NULL
);
CREATE INDEX payment_queue_by_position ON payment_queue (position);

-- One sweep over the journal serves all such tables.
ALTER TABLE sagas_position RENAME TO journal_index_position;
