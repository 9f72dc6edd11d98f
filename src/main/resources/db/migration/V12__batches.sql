-- Actions on many orders at once. The orders are fixed when a batch is made; it is carried out once an operator has confirmed it.
CREATE TABLE batches (
  batch_id     VARCHAR(64)   NOT NULL PRIMARY KEY,
  action       VARCHAR(64)   NOT NULL,
  selection    VARCHAR(1000) NOT NULL,
  orders       INTEGER       NOT NULL,
  more         BOOLEAN       NOT NULL,
  made_by      VARCHAR(255)  NOT NULL,
  made_at      BIGINT        NOT NULL,
  confirmed_by VARCHAR(255),
  reason       VARCHAR(400),
  confirmed_at BIGINT,
  ended_at     BIGINT
);
CREATE INDEX batches_newest ON batches (made_at DESC, batch_id DESC);

CREATE TABLE batch_items (
  batch_id VARCHAR(64) NOT NULL,
  position INTEGER     NOT NULL,
  order_id VARCHAR(64) NOT NULL,
  outcome  VARCHAR(400),
  PRIMARY KEY (batch_id, position)
);
