-- What was used, summed up by time and by everything that reports ask for, so that no report reads call rows. Written in
-- the transactions that store the call rows. A dimension that a call has not is the nil UUID or the empty text: the
-- primary key finds the row to add to, and NULL equals nothing.
CREATE TABLE usage_rollup (
    grain         SMALLINT     NOT NULL,
    bucket        BIGINT       NOT NULL,
    department_id UUID         NOT NULL,
    project_id    UUID         NOT NULL,
    user_id       UUID         NOT NULL,
    key_id        UUID         NOT NULL,
    scenario      VARCHAR(200) NOT NULL,
    model         VARCHAR(200) NOT NULL,
    upstream      VARCHAR(200) NOT NULL,
    currency      VARCHAR(3)   NOT NULL,
    calls         BIGINT       NOT NULL,
    refusals      BIGINT       NOT NULL,
    failures      BIGINT       NOT NULL,
    estimated     BIGINT       NOT NULL,
    input_tokens  BIGINT       NOT NULL,
    output_tokens BIGINT       NOT NULL,
    cached_tokens BIGINT       NOT NULL,
    cache_writes  BIGINT       NOT NULL,
    reasoning     BIGINT       NOT NULL,
    audio_millis  BIGINT       NOT NULL,
    images        BIGINT       NOT NULL,
    characters    BIGINT       NOT NULL,
    cost          NUMERIC(38, 18) NOT NULL,
    PRIMARY KEY (grain, bucket, department_id, project_id, user_id, key_id, scenario, model, upstream, currency)
);

-- What the ids in the rollups were last called: reports outlive the things that they are about.
CREATE TABLE usage_name (
    id   UUID         NOT NULL PRIMARY KEY,
    name VARCHAR(200) NOT NULL
);

-- When and from where a key was last used.
CREATE TABLE key_last_use (
    key_id       UUID                        NOT NULL PRIMARY KEY,
    last_used_at TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    last_address VARCHAR(64)                 NOT NULL
);
