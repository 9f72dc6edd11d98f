-- Events that nobody needs to recover any more, moved here from the journal: rebuilds and histories read both as one.
CREATE TABLE event_archive (
  ordering           BIGINT       NOT NULL PRIMARY KEY,
  persistence_id     VARCHAR(255) NOT NULL,
  sequence_number    BIGINT       NOT NULL,
  write_timestamp    BIGINT,
  adapter_manifest   VARCHAR(255),
  event_ser_id       INTEGER      NOT NULL,
  event_ser_manifest VARCHAR(255) NOT NULL,
  event_payload      ${bytes}     NOT NULL,
  archived_at        BIGINT       NOT NULL
);
CREATE UNIQUE INDEX event_archive_by_entity ON event_archive (persistence_id, sequence_number);
CREATE INDEX event_archive_by_age ON event_archive (archived_at);

-- Its row is locked by who moves events and by who begins to read from the first one: one after the other.
CREATE TABLE event_archive_turn (
  id INTEGER NOT NULL PRIMARY KEY
);
INSERT INTO event_archive_turn VALUES (1);
