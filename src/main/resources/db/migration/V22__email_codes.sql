-- The table user_emails keeps codes by HMAC-SHA-256 instead of SHA-256 of the addresses. Its rows are filled anew from the journal. The key of the codes
-- is the row '#search' of person_keys.
DELETE FROM user_emails;
DELETE FROM projection_parked WHERE name = 'user-emails';
DELETE FROM projection_slices WHERE name = 'user-emails';
DELETE FROM akka_projection_offset_store WHERE projection_name LIKE 'user-emails-%';
DELETE FROM projections WHERE name = 'user-emails';
