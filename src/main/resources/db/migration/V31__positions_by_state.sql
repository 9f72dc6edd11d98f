-- Orders that need an operator are found among any number that are under way. A list of all states is merged from one range for each.
CREATE INDEX saga_positions_by_state ON saga_positions (definition, state, started_at DESC, saga_id DESC);
DROP INDEX saga_positions_newest;
