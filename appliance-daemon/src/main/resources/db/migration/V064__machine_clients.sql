-- Programs that show a key in another way than by its secret. How stands as JSON text: only the snapshot reads it.
CREATE TABLE machine_client (
    id         UUID                     NOT NULL PRIMARY KEY,
    name       VARCHAR(100)             NOT NULL UNIQUE,
    key_id     UUID                     NOT NULL REFERENCES api_key (id) ON DELETE CASCADE,
    terms      VARCHAR(150000)          NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version    BIGINT                   NOT NULL
);
CREATE INDEX machine_client_by_key ON machine_client (key_id);
