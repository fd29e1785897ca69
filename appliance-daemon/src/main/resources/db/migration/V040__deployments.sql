-- Models that a box serves by itself: what shall be, made true by the supervisor of its engines. The definition is a JSON
-- document, because only the supervisor asks what is in it; names are columns, because they must be unique.
CREATE TABLE deployment (
    id          UUID                     NOT NULL PRIMARY KEY,
    name        VARCHAR(40)              NOT NULL UNIQUE,
    public_name VARCHAR(128)             NOT NULL UNIQUE,
    definition  VARCHAR(1000000)         NOT NULL,
    created_at  TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at  TIMESTAMP WITH TIME ZONE NOT NULL,
    version     BIGINT                   NOT NULL
);
