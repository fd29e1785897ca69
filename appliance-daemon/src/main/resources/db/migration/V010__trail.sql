-- The trail: one row a call or admin action, hash-chained per node. `record` is the canonical JSON that the hash covers;
-- the columns before it repeat what searches filter by, and verification holds them against the JSON. It is kept as bytes,
-- because H2 writes text one character at a time: that was a tenth of what a busy box did.
--
-- `position` is the node's small number in the upper bits and `seq` in the lower 44. One BIGINT, because H2 keeps rows
-- under such a key itself, while a key of two columns is one more index to write: each index costs a call 7 us of CPU.
CREATE TABLE trail (
    position      BIGINT          NOT NULL PRIMARY KEY,
    node          UUID            NOT NULL,
    seq           BIGINT          NOT NULL,
    id            UUID            NOT NULL,
    kind          VARCHAR(16)     NOT NULL,
    at_micros     BIGINT          NOT NULL,
    trace_id      VARCHAR(64),
    request_id    VARCHAR(200),
    department_id UUID,
    project_id    UUID,
    key_id        UUID,
    user_id       UUID,
    scenario      VARCHAR(200),
    surface       VARCHAR(64),
    model         VARCHAR(200),
    upstream      VARCHAR(200),
    outcome       VARCHAR(16),
    status        INTEGER,
    error_code    VARCHAR(64),
    input_tokens  BIGINT,
    output_tokens BIGINT,
    cost          NUMERIC(38, 18),
    currency      VARCHAR(3),
    actor         VARCHAR(200),
    action        VARCHAR(64),
    object_type   VARCHAR(64),
    object_id     VARCHAR(200),
    record        BYTEA           NOT NULL,
    prev_hash     BYTEA           NOT NULL,
    hash          BYTEA           NOT NULL
);

-- Searches page by (at_micros, position). The second index finds the rows of one rare key among many. There is none on
-- ids: they are UUIDv7 and tell the time to look at.
CREATE INDEX trail_at ON trail (at_micros, position);
CREATE INDEX trail_key ON trail (key_id, at_micros, position);

-- Up to where each node's records are in `trail` and in everything derived from it; written in the same transactions.
CREATE TABLE trail_position (
    node   UUID    NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    seq    BIGINT  NOT NULL,
    hash   BYTEA   NOT NULL
);

-- Where each node's kept rows start after retention removed older ones; signed, so that nobody else can move it.
CREATE TABLE trail_start (
    node      UUID   NOT NULL PRIMARY KEY,
    seq       BIGINT NOT NULL,
    hash      BYTEA  NOT NULL,
    at_micros BIGINT NOT NULL,
    signature BYTEA  NOT NULL
);

-- Recorded bodies by policy: compressed, sealed, in pieces, with a retention of their own.
CREATE TABLE call_body (
    call_id    UUID     NOT NULL,
    part       SMALLINT NOT NULL,
    piece      INTEGER  NOT NULL,
    expires_at BIGINT   NOT NULL,
    bytes      BYTEA    NOT NULL,
    PRIMARY KEY (call_id, part, piece)
);

CREATE INDEX call_body_expiry ON call_body (expires_at);
