-- For the pages of moving sagas that recovery goes through.
CREATE INDEX sagas_by_id ON sagas (state, saga_id);
