-- Where backups are brought besides the box's own directory: what it says as JSON text, its secret sealed, and how the last
-- one went. One row, or none.
CREATE TABLE IF NOT EXISTS backup_target (
    id            INTEGER        NOT NULL PRIMARY KEY,
    terms         VARCHAR(20000) NOT NULL,
    sealed_secret BYTEA,
    last_at       TIMESTAMP WITH TIME ZONE,
    last_file     VARCHAR(200),
    last_trouble  VARCHAR(2000)
);
