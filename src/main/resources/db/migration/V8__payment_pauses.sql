-- Payments that fail by themselves wait apart from the others, and refunds that were given up stay listed for operators.
ALTER TABLE payment_queue ADD COLUMN failures  INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE payment_queue ADD COLUMN failed_at BIGINT  DEFAULT 0 NOT NULL;
ALTER TABLE payment_queue ADD COLUMN due_at    BIGINT  DEFAULT 0 NOT NULL;
ALTER TABLE payment_queue ADD COLUMN postponed BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE payment_queue ADD COLUMN given_up  BOOLEAN DEFAULT FALSE NOT NULL;
