-- Sums of whole days by one dimension at a time, or by none: what reports over long times are mostly about, in a fiftieth of the
-- rows. Made from the day rows of `usage_rollup` when the day is over. Dimensions that are summed over are nil or empty.
CREATE TABLE usage_digest (
    form          SMALLINT     NOT NULL,
    bucket        BIGINT       NOT NULL,
    department_id UUID         NOT NULL,
    project_id    UUID         NOT NULL,
    user_id       UUID         NOT NULL,
    key_id        UUID         NOT NULL,
    scenario      VARCHAR(200) NOT NULL,
    model         VARCHAR(200) NOT NULL,
    upstream      VARCHAR(200) NOT NULL,
    line_currency VARCHAR(3)   NOT NULL,
    calls             BIGINT NOT NULL,
    refusals          BIGINT NOT NULL,
    failures          BIGINT NOT NULL,
    estimated         BIGINT NOT NULL,
    input_tokens      BIGINT NOT NULL,
    output_tokens     BIGINT NOT NULL,
    cached_tokens     BIGINT NOT NULL,
    cache_writes      BIGINT NOT NULL,
    long_cache_writes BIGINT NOT NULL,
    reasoning         BIGINT NOT NULL,
    audio_input_tokens  BIGINT NOT NULL,
    image_input_tokens  BIGINT NOT NULL,
    audio_output_tokens BIGINT NOT NULL,
    image_output_tokens BIGINT NOT NULL,
    audio_millis      BIGINT NOT NULL,
    images            BIGINT NOT NULL,
    characters        BIGINT NOT NULL,
    cost              NUMERIC(38, 18) NOT NULL,
    micro_watt_hours  BIGINT NOT NULL,
    gpu_micros        BIGINT NOT NULL,
    local_cost        NUMERIC(38, 18) NOT NULL,
    cache_hits        BIGINT NOT NULL,
    saved_tokens      BIGINT NOT NULL,
    saved_cost        NUMERIC(38, 18) NOT NULL,
    PRIMARY KEY (form, bucket, department_id, project_id, user_id, key_id, scenario, model, upstream, line_currency)
);

-- The days whose digest is whole. Whoever adds to a day's sums takes its row away, in the same transaction.
CREATE TABLE usage_digest_day (
    bucket BIGINT  NOT NULL PRIMARY KEY,
    whole  BOOLEAN NOT NULL
);
