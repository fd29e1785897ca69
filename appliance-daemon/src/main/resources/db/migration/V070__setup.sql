-- The set-up of a new box: how far it is and who holds the claim. One row. Codes and tokens stand as keyed hashes only.
CREATE TABLE setup_state (
    id              INTEGER                  NOT NULL PRIMARY KEY,
    phase           VARCHAR(20)              NOT NULL,
    generation      BIGINT                   NOT NULL,
    code_hash       VARCHAR(64),
    code_expires_at TIMESTAMP WITH TIME ZONE,
    token_hash      VARCHAR(64),
    claimed_at      TIMESTAMP WITH TIME ZONE,
    finished_at     TIMESTAMP WITH TIME ZONE
);

-- What was answered and what it made, without secrets, as JSON text. A secret that waits for its proof is sealed.
CREATE TABLE setup_step (
    name           VARCHAR(40)              NOT NULL PRIMARY KEY,
    status         VARCHAR(10)              NOT NULL,
    reason         VARCHAR(1000),
    changed_at     TIMESTAMP WITH TIME ZONE NOT NULL,
    version        BIGINT                   NOT NULL,
    answer         VARCHAR(1000000),
    result         VARCHAR(1000000),
    sealed_pending BYTEA
);
