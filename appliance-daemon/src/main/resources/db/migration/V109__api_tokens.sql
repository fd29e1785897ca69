-- Tokens that administrators make for programs: what each opens and until when. A table of its own, for a release that
-- does not know of them would take every row of admin_token for one that opens everything.
CREATE TABLE IF NOT EXISTS api_token (
    id           UUID         NOT NULL PRIMARY KEY,
    name         VARCHAR(100) NOT NULL UNIQUE,
    token_sha256 BYTEA        NOT NULL UNIQUE,
    access       VARCHAR(40)  NOT NULL,
    created_at   TIMESTAMP WITH TIME ZONE NOT NULL,
    created_by   VARCHAR(200) NOT NULL,
    expires_at   TIMESTAMP WITH TIME ZONE
);
