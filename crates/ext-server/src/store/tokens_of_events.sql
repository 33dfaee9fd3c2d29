-- The id of the token with which it was done; names can be given again.
ALTER TABLE events ADD COLUMN token TEXT;
