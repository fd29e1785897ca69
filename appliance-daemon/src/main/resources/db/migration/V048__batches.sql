-- Files that clients handed in, and the files with the results of their batches. What is in them lies on the disk of the box that
-- took them, sealed, and so belongs to that box alone, also where several share a database.
CREATE TABLE client_file (
    id         UUID                     NOT NULL PRIMARY KEY,
    box        UUID                     NOT NULL,
    project_id UUID                     NOT NULL,
    key_id     UUID                     NOT NULL,
    purpose    VARCHAR(20)              NOT NULL,
    name       VARCHAR(255)             NOT NULL,
    bytes      BIGINT                   NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX client_file_by_project ON client_file (project_id, id);

-- Batches of clients, with their state as of its last turn. Which rows are done stands in the files with the results, so that a row
-- costs no transaction. Results have their ids from the start, and a row in client_file once they are whole.
CREATE TABLE client_batch (
    id             UUID                     NOT NULL PRIMARY KEY,
    box            UUID                     NOT NULL,
    project_id     UUID                     NOT NULL,
    key_id         UUID                     NOT NULL,
    key_name       VARCHAR(255)             NOT NULL,
    client_address VARCHAR(64)              NOT NULL,
    scenario       VARCHAR(64),
    endpoint       VARCHAR(40)              NOT NULL,
    input_file_id  UUID                     NOT NULL,
    output_file_id UUID                     NOT NULL,
    error_file_id  UUID                     NOT NULL,
    has_output     BOOLEAN                  NOT NULL,
    has_errors     BOOLEAN                  NOT NULL,
    output_seconds BIGINT                   NOT NULL,
    metadata       VARCHAR(100000)          NOT NULL,
    state          VARCHAR(20)              NOT NULL,
    problems       VARCHAR(200000)          NOT NULL,
    row_count      BIGINT                   NOT NULL,
    completed      BIGINT                   NOT NULL,
    failed         BIGINT                   NOT NULL,
    created_at     TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at     TIMESTAMP WITH TIME ZONE NOT NULL,
    began_at       TIMESTAMP WITH TIME ZONE,
    cancelling_at  TIMESTAMP WITH TIME ZONE,
    finalizing_at  TIMESTAMP WITH TIME ZONE,
    ended_at       TIMESTAMP WITH TIME ZONE
);
CREATE INDEX client_batch_by_project ON client_batch (project_id, id);
