-- What every room of the store stands on.

-- Digest of the schema scripts that were applied last: a start that finds its own digest here need not load the
-- migration tool.
CREATE TABLE schema_digest (
    id     INTEGER     NOT NULL PRIMARY KEY,
    digest VARCHAR(64) NOT NULL
);

-- Data keys, wrapped by the key-encryption key that lies outside the database. The newest one seals; all of them open.
CREATE TABLE data_key (
    id         UUID                     NOT NULL PRIMARY KEY,
    kek_id     VARCHAR(32)              NOT NULL,
    wrapped    BYTEA                    NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Secrets of the fleet itself (the pepper of key hashes, signing keys), sealed. Public halves stand in the clear.
CREATE TABLE named_secret (
    name       VARCHAR(200)             NOT NULL PRIMARY KEY,
    sealed     BYTEA                    NOT NULL,
    public_key BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL
);
