-- What a block of 512 rows of the trail speaks of, as a Bloom filter: a search for something rare passes over the blocks that do
-- not hold it. Made behind the calls, from rows that do not change any more; without it searches are slower, not wrong.
CREATE TABLE trail_block (
    first_position BIGINT NOT NULL PRIMARY KEY,
    at_from        BIGINT NOT NULL,
    at_to          BIGINT NOT NULL,
    summary        BYTEA  NOT NULL
);
CREATE INDEX trail_block_end ON trail_block (at_to, first_position);
CREATE INDEX trail_block_begin ON trail_block (at_from, first_position);
