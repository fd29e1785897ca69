-- The passphrase under which the key goes into backups that leave the box, sealed; null where nobody has set one: such files open on the
-- box that wrote them only.
ALTER TABLE backup_target ADD COLUMN IF NOT EXISTS sealed_passphrase BYTEA;
