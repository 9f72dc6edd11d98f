-- Aggregates that a projection has parked: it failed at event sequence_number, and holds back that event and all later ones up to
-- held_up_to.
CREATE TABLE projection_parked (
  name            VARCHAR(64)   NOT NULL,
  generation      BIGINT        NOT NULL,
  slice           INTEGER       NOT NULL,
  persistence_id  VARCHAR(255)  NOT NULL,
  sequence_number BIGINT        NOT NULL,
  held_up_to      BIGINT        NOT NULL,
  manifest        VARCHAR(255)  NOT NULL,
  error           VARCHAR(2000) NOT NULL,
  attempts        INTEGER       NOT NULL,
  parked_at       BIGINT        NOT NULL,
  PRIMARY KEY (name, generation, slice, persistence_id)
);

-- Events that a projection skips by an operator's decision. The rows are a record, and keep the projection from failing at these events
-- again.
CREATE TABLE projection_skipped (
  name            VARCHAR(64)   NOT NULL,
  persistence_id  VARCHAR(255)  NOT NULL,
  sequence_number BIGINT        NOT NULL,
  manifest        VARCHAR(255)  NOT NULL,
  error           VARCHAR(2000) NOT NULL,
  reason          VARCHAR(400)  NOT NULL,
  skipped_by      VARCHAR(255)  NOT NULL,
  skipped_at      BIGINT        NOT NULL,
  PRIMARY KEY (name, persistence_id, sequence_number)
);
