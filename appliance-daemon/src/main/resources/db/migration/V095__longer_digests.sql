-- Hours of days that are over are summed up like the days, and eight and 64 days at once with every dimension kept: a report over a
-- month by hour, or over a year by several things, reads a tenth of the rows. Everything is summed up anew, so nothing is carried over.
DROP TABLE usage_digest_day;
DELETE FROM usage_digest;

-- The stretches of days whose digest is whole. Whoever adds to a day's sums takes away the rows that hold it, in the same transaction.
CREATE TABLE usage_digest_mark (
    days   SMALLINT NOT NULL,
    bucket BIGINT   NOT NULL,
    whole  BOOLEAN  NOT NULL,
    PRIMARY KEY (days, bucket)
);
