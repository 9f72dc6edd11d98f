-- The sagas that are active or wait for an operator, with the call that each is at: for the console's search and its overview. Gathered from
-- the journal with the table sagas; a row leaves when its saga has ended.
CREATE TABLE saga_positions (
  definition VARCHAR(64) NOT NULL,
  saga_id    VARCHAR(64) NOT NULL,
  state      VARCHAR(32) NOT NULL,
  step       VARCHAR(64) NOT NULL,
  failures   INTEGER     NOT NULL,
  code       VARCHAR(64) NOT NULL,
  started_at BIGINT      NOT NULL,
  updated_at BIGINT      NOT NULL,
  PRIMARY KEY (saga_id, definition)
);
CREATE INDEX saga_positions_newest ON saga_positions (started_at DESC, saga_id DESC);
INSERT INTO saga_positions SELECT definition, saga_id, state, '', 0, '', started_at, updated_at FROM sagas
  WHERE state IN ('RUNNING', 'COMPENSATING', 'COMPENSATION_FAILED');

-- By what orders are found besides their id, customer and status: a row for each term of an order, at the time of the event that has it.
CREATE TABLE order_terms (
  generation BIGINT       NOT NULL,
  term       VARCHAR(300) NOT NULL,
  at         BIGINT       NOT NULL,
  order_id   VARCHAR(64)  NOT NULL
);
-- Instead of a primary key, whose columns can't be sorted newest first.
CREATE INDEX order_terms_newest ON order_terms (generation, term, at DESC, order_id DESC);

-- The users of each e-mail address, which is kept as the SHA-256 of its lower case alone.
CREATE TABLE user_emails (
  generation BIGINT      NOT NULL,
  email_hash VARCHAR(64) NOT NULL,
  user_id    VARCHAR(64) NOT NULL,
  PRIMARY KEY (generation, email_hash, user_id)
);

-- What operators did: each row is written before the action, and its outcome after it. An action without an outcome may have taken effect.
CREATE TABLE operator_actions (
  id       VARCHAR(36)   NOT NULL PRIMARY KEY,
  at       BIGINT        NOT NULL,
  operator VARCHAR(255)  NOT NULL,
  action   VARCHAR(64)   NOT NULL,
  target   VARCHAR(255)  NOT NULL,
  reason   VARCHAR(400)  NOT NULL,
  outcome  VARCHAR(1000)
);
CREATE INDEX operator_actions_newest ON operator_actions (at DESC, id DESC);
CREATE INDEX operator_actions_of ON operator_actions (target, at DESC, id DESC);
