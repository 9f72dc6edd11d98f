-- Idempotency keys of requests that no aggregate remembers, each with the fingerprint of the request that it belongs to.
CREATE TABLE request_keys (
  id          VARCHAR(64) NOT NULL PRIMARY KEY,
  fingerprint VARCHAR(64) NOT NULL,
  used_at     BIGINT      NOT NULL
);

CREATE INDEX request_keys_by_age ON request_keys (used_at);
