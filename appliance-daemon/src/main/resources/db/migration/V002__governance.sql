-- Who may use what, how much of it, and what it costs.

-- One row. Every change of governance adds one first, so that changes queue up across boxes and every box notices.
CREATE TABLE governance_revision (
    id       INTEGER NOT NULL PRIMARY KEY,
    revision BIGINT  NOT NULL
);
INSERT INTO governance_revision (id, revision) VALUES (1, 0);

-- The root of the tenancy tree, with what holds for all of it. One row.
CREATE TABLE organisation (
    id                          UUID                     NOT NULL PRIMARY KEY,
    name                        VARCHAR(100)             NOT NULL,
    currency                    VARCHAR(3)               NOT NULL,
    audit_retention_days        INTEGER                  NOT NULL,
    rotation_overlap_hours      INTEGER                  NOT NULL,
    created_at                  TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at                  TIMESTAMP WITH TIME ZONE NOT NULL,
    version                     BIGINT                   NOT NULL
);

CREATE TABLE department (
    id          UUID                     NOT NULL PRIMARY KEY,
    name        VARCHAR(100)             NOT NULL UNIQUE,
    description VARCHAR(1000),
    created_at  TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at  TIMESTAMP WITH TIME ZONE NOT NULL,
    version     BIGINT                   NOT NULL
);

CREATE TABLE project (
    id            UUID                     NOT NULL PRIMARY KEY,
    department_id UUID                     NOT NULL REFERENCES department (id),
    name          VARCHAR(100)             NOT NULL,
    description   VARCHAR(1000),
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    version       BIGINT                   NOT NULL,
    UNIQUE (department_id, name)
);

CREATE TABLE app_user (
    id         UUID                     NOT NULL PRIMARY KEY,
    name       VARCHAR(100)             NOT NULL UNIQUE,
    email      VARCHAR(254),
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version    BIGINT                   NOT NULL
);

CREATE TABLE upstream (
    id                        UUID                     NOT NULL PRIMARY KEY,
    name                      VARCHAR(64)              NOT NULL UNIQUE,
    kind                      VARCHAR(40)              NOT NULL,
    base_url                  VARCHAR(500)             NOT NULL,
    sealed_api_key            BYTEA,
    is_local                  BOOLEAN                  NOT NULL,
    private_addresses_allowed BOOLEAN                  NOT NULL,
    simulated                 BOOLEAN                  NOT NULL,
    connect_millis            BIGINT                   NOT NULL,
    first_byte_millis         BIGINT                   NOT NULL,
    idle_millis               BIGINT                   NOT NULL,
    total_millis              BIGINT                   NOT NULL,
    max_reply_bytes           BIGINT                   NOT NULL,
    created_at                TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at                TIMESTAMP WITH TIME ZONE NOT NULL,
    version                   BIGINT                   NOT NULL
);

-- Lists of fixed words stand as JSON text: nothing else refers to them.
CREATE TABLE model (
    id                UUID                     NOT NULL PRIMARY KEY,
    name              VARCHAR(128)             NOT NULL UNIQUE,
    tokenizer         VARCHAR(40)              NOT NULL,
    context_tokens    INTEGER                  NOT NULL,
    max_output_tokens INTEGER                  NOT NULL,
    surfaces          VARCHAR(10000)           NOT NULL,
    created_at        TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at        TIMESTAMP WITH TIME ZONE NOT NULL,
    version           BIGINT                   NOT NULL
);

CREATE TABLE model_target (
    id             UUID         NOT NULL PRIMARY KEY,
    model_id       UUID         NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    target_order   INTEGER      NOT NULL,
    upstream_id    UUID         NOT NULL REFERENCES upstream (id),
    upstream_model VARCHAR(200) NOT NULL,
    weight         INTEGER      NOT NULL,
    UNIQUE (model_id, target_order)
);
CREATE INDEX model_target_by_upstream ON model_target (upstream_id);

-- all_models true: no rows in api_key_model count. A revoked key keeps its row, so that its calls still have a name.
CREATE TABLE api_key (
    id         UUID                     NOT NULL PRIMARY KEY,
    project_id UUID                     NOT NULL REFERENCES project (id),
    name       VARCHAR(100)             NOT NULL,
    owner_id   UUID                     REFERENCES app_user (id),
    state      VARCHAR(20)              NOT NULL,
    all_models BOOLEAN                  NOT NULL,
    surfaces   VARCHAR(10000)           NOT NULL,
    addresses  VARCHAR(20000)           NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version    BIGINT                   NOT NULL
);
CREATE INDEX api_key_by_project ON api_key (project_id, name);
CREATE INDEX api_key_by_owner ON api_key (owner_id);

-- The newest secret of a key has no valid_until; while a rotation overlaps there is an older one with it.
CREATE TABLE api_key_secret (
    public_id   VARCHAR(8)               NOT NULL PRIMARY KEY,
    key_id      UUID                     NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    secret_hash BYTEA                    NOT NULL,
    valid_until TIMESTAMP WITH TIME ZONE,
    created_at  TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX api_key_secret_by_key ON api_key_secret (key_id);

CREATE TABLE api_key_model (
    key_id   UUID NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    model_id UUID NOT NULL REFERENCES model (id),
    PRIMARY KEY (key_id, model_id)
);
CREATE INDEX api_key_model_by_model ON api_key_model (model_id);

-- A scope is a node of any level, so no foreign key can hold it: whoever deletes a node deletes these with it.
CREATE TABLE rate_limit (
    id         UUID                     NOT NULL PRIMARY KEY,
    scope_type VARCHAR(20)              NOT NULL,
    scope_id   UUID                     NOT NULL,
    kind       VARCHAR(40)              NOT NULL,
    amount     BIGINT                   NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version    BIGINT                   NOT NULL,
    UNIQUE (scope_id, kind)
);

CREATE TABLE budget (
    id            UUID                     NOT NULL PRIMARY KEY,
    scope_type    VARCHAR(20)              NOT NULL,
    scope_id      UUID                     NOT NULL,
    budget_period VARCHAR(20)              NOT NULL,
    amount        NUMERIC(38, 12)          NOT NULL,
    currency      VARCHAR(3)               NOT NULL,
    hard          BOOLEAN                  NOT NULL,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    version       BIGINT                   NOT NULL,
    UNIQUE (scope_id, budget_period)
);

-- Each aspect of a policy is a group of columns that is null when the node above decides.
CREATE TABLE policy (
    id                       UUID                     NOT NULL PRIMARY KEY,
    scope_type               VARCHAR(20)              NOT NULL,
    scope_id                 UUID                     NOT NULL UNIQUE,
    recording_bodies         VARCHAR(20),
    recording_retention_days INTEGER,
    created_at               TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at               TIMESTAMP WITH TIME ZONE NOT NULL,
    version                  BIGINT                   NOT NULL
);

CREATE TABLE price (
    id                      UUID                     NOT NULL PRIMARY KEY,
    model_id                UUID                     NOT NULL REFERENCES model (id) ON DELETE CASCADE,
    upstream_id             UUID                     REFERENCES upstream (id),
    valid_from              TIMESTAMP WITH TIME ZONE NOT NULL,
    currency                VARCHAR(3)               NOT NULL,
    input_per_million       NUMERIC(38, 12),
    output_per_million      NUMERIC(38, 12),
    cached_input_per_million NUMERIC(38, 12),
    cache_write_per_million NUMERIC(38, 12),
    per_second              NUMERIC(38, 12),
    per_image               NUMERIC(38, 12),
    per_million_characters  NUMERIC(38, 12),
    per_call                NUMERIC(38, 12),
    created_at              TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at              TIMESTAMP WITH TIME ZONE NOT NULL,
    version                 BIGINT                   NOT NULL
);
CREATE INDEX price_by_model ON price (model_id, upstream_id, valid_from);

-- Admin records that were stored with their change and are not in the trail yet.
CREATE TABLE admin_outbox (
    id          UUID                     NOT NULL PRIMARY KEY,
    node        UUID                     NOT NULL,
    at          TIMESTAMP WITH TIME ZONE NOT NULL,
    actor       VARCHAR(200)             NOT NULL,
    address     VARCHAR(64),
    action      VARCHAR(64)              NOT NULL,
    object_type VARCHAR(64)              NOT NULL,
    object_id   VARCHAR(200)             NOT NULL,
    json_before VARCHAR(1000000),
    json_after  VARCHAR(1000000),
    request_id  VARCHAR(200)             NOT NULL
);

-- Answers that a client may ask for again when they got lost, sealed because they hold a secret.
CREATE TABLE idempotent_reply (
    idempotency_key VARCHAR(200)             NOT NULL PRIMARY KEY,
    request_sha256  VARCHAR(64)              NOT NULL,
    sealed_reply    BYTEA                    NOT NULL,
    created_at      TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Whoever holds such a token may do everything that the admin API can do.
CREATE TABLE admin_token (
    id           UUID                     NOT NULL PRIMARY KEY,
    name         VARCHAR(100)             NOT NULL UNIQUE,
    token_sha256 BYTEA                    NOT NULL,
    created_at   TIMESTAMP WITH TIME ZONE NOT NULL
);
