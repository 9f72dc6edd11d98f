-- How many persons' keys were forgotten, in one row. Nodes look at it to know whether the keys that they remember still hold.
CREATE TABLE person_key_changes (forgotten BIGINT NOT NULL);
INSERT INTO person_key_changes VALUES (0);
