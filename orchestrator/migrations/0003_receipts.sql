-- Up Migration

-- What the visitor holds in his hand of each write that was done. Made with the settling of its effect, never changed; each names the one before.
CREATE TABLE receipts (
  session_id text NOT NULL REFERENCES sessions ON DELETE CASCADE,
  number integer NOT NULL,
  effect_key text NOT NULL UNIQUE REFERENCES effects ON DELETE CASCADE,
  -- Compact JWS, as the visitor gets it.
  token text NOT NULL,
  -- What the event aiguy.receipt says of it.
  value json NOT NULL,
  PRIMARY KEY (session_id, number)
);

-- The effect that this one takes back. Both belong to the same card.
ALTER TABLE effects ADD COLUMN undo_of text REFERENCES effects ON DELETE CASCADE;

-- Down Migration
DROP TABLE receipts;
DELETE FROM effects WHERE undo_of IS NOT NULL;
ALTER TABLE effects DROP COLUMN undo_of;
