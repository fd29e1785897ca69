-- A week of GPU minutes, so that charts outlive a restart. `position` is the device's small number in the upper bits and the
-- minute since 1970 in the lower 32: one BIGINT key, in the order in which charts read.
CREATE TABLE gpu_device (
    number   BIGINT       NOT NULL PRIMARY KEY,
    node     VARCHAR(200) NOT NULL,
    gpu_uuid VARCHAR(200) NOT NULL,
    UNIQUE (node, gpu_uuid)
);

CREATE TABLE gpu_minute (
    position BIGINT  NOT NULL PRIMARY KEY,
    bucket   BIGINT  NOT NULL,
    samples  INTEGER NOT NULL,
    readings BYTEA   NOT NULL
);

-- What is older than a week is found by its minute, over all devices.
CREATE INDEX gpu_minute_by_time ON gpu_minute (bucket);

-- What happened to GPUs, one row an event as it stands: the trail has each turn of it.
CREATE TABLE gpu_event (
    node       VARCHAR(200)  NOT NULL,
    gpu_uuid   VARCHAR(200)  NOT NULL,
    symptom    VARCHAR(200)  NOT NULL,
    first_seen BIGINT        NOT NULL,
    last_seen  BIGINT        NOT NULL,
    gpu_index  INTEGER       NOT NULL,
    severity   VARCHAR(16)   NOT NULL,
    action     VARCHAR(32)   NOT NULL,
    text       VARCHAR(2000) NOT NULL,
    advice     VARCHAR(2000) NOT NULL,
    times      BIGINT        NOT NULL,
    active     BOOLEAN       NOT NULL,
    PRIMARY KEY (node, gpu_uuid, symptom, first_seen)
);

CREATE INDEX gpu_event_by_time ON gpu_event (last_seen);
