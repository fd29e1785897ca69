-- How many transactions of governance and the store were committed: a local copy that counts more than the database shows
-- that the database's file fell back to an older state.
CREATE TABLE change_count (
    changes BIGINT NOT NULL PRIMARY KEY
);

INSERT INTO change_count (changes) VALUES (0);
