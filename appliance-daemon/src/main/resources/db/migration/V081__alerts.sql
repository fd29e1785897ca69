-- What somebody is told of, and where that goes. What a rule and a destination say stands as JSON text: only alerts read it.
CREATE TABLE alert_rule (
    id         UUID                     NOT NULL PRIMARY KEY,
    name       VARCHAR(64)              NOT NULL UNIQUE,
    terms      VARCHAR(20000)           NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version    BIGINT                   NOT NULL
);

CREATE TABLE alert_destination (
    id            UUID                     NOT NULL PRIMARY KEY,
    name          VARCHAR(64)              NOT NULL UNIQUE,
    terms         VARCHAR(200000)          NOT NULL,
    sealed_secret BYTEA,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    version       BIGINT                   NOT NULL
);

-- What is or was wrong. A row for each time that something became wrong; each box keeps those that it sees itself. What
-- became of them stands in the trail too, for as long as that is kept.
CREATE TABLE alert (
    id              UUID                     NOT NULL PRIMARY KEY,
    node            UUID                     NOT NULL,
    rule_id         UUID                     NOT NULL,
    rule            VARCHAR(64)              NOT NULL,
    kind            VARCHAR(40)              NOT NULL,
    severity        VARCHAR(20)              NOT NULL,
    subject         VARCHAR(300)             NOT NULL,
    about           VARCHAR(300)             NOT NULL,
    message         VARCHAR(2000)            NOT NULL,
    state           VARCHAR(20)              NOT NULL,
    since           TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at         TIMESTAMP WITH TIME ZONE NOT NULL,
    times           INTEGER                  NOT NULL,
    acknowledged_by VARCHAR(200),
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    note            VARCHAR(1000),
    resolved_at     TIMESTAMP WITH TIME ZONE
);
CREATE INDEX alert_by_state ON alert (state, since);
CREATE INDEX alert_by_node ON alert (node, state);
CREATE INDEX alert_by_end ON alert (resolved_at);

-- When a backup was taken last. No row: nobody knows of one.
CREATE TABLE backup_taken (
    id       INTEGER                  NOT NULL PRIMARY KEY,
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL
);
