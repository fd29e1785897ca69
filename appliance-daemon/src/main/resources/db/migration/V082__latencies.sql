-- How long calls took: counts in steps, a row an hour and a day for each model at each upstream. Each box has its own, so
-- that none waits for another.
CREATE TABLE latency_rollup (
    node     UUID         NOT NULL,
    grain    SMALLINT     NOT NULL,
    bucket   BIGINT       NOT NULL,
    model    VARCHAR(200) NOT NULL,
    upstream VARCHAR(200) NOT NULL,
    measure  SMALLINT     NOT NULL,
    counts   BYTEA        NOT NULL,
    PRIMARY KEY (grain, bucket, node, model, upstream, measure)
);
