-- Where a backup is laid each day, and how the last one went. One row, or none.
CREATE TABLE backup_plan (
    id           INTEGER       NOT NULL PRIMARY KEY,
    directory    VARCHAR(1000) NOT NULL,
    at_hour      INTEGER       NOT NULL,
    keep_count   INTEGER       NOT NULL,
    last_at      TIMESTAMP WITH TIME ZONE,
    last_file    VARCHAR(2000),
    last_trouble VARCHAR(2000)
);
