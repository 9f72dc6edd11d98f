-- The key of each person, with which their name, addresses and e-mail address are encrypted in events, snapshots and views. The secret is encrypted
-- with the node's key of that id, or as it is if there is none. A person who was deleted keeps a row without a secret.
CREATE TABLE person_keys (
  person_id    VARCHAR(64) NOT NULL PRIMARY KEY,
  key_id       VARCHAR(64),
  secret       ${bytes},
  created_at   BIGINT      NOT NULL,
  forgotten_at BIGINT
);

-- A deleted user's row is found by the user.
CREATE INDEX user_emails_by_user ON user_emails (generation, user_id);
