-- What a project may use. So far each could use everything that its keys may, and goes on to.
ALTER TABLE project ADD COLUMN all_models BOOLEAN DEFAULT TRUE NOT NULL;

-- all_models true: no rows count. By name, so that a document may say what a project may use before it says what the
-- model is; a model that gets another name takes its rows along.
CREATE TABLE project_model (
    project_id UUID         NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    model      VARCHAR(128) NOT NULL,
    PRIMARY KEY (project_id, model)
);

-- Somebody asks for a model. What it was about stays readable when the people and the model have gone.
CREATE TABLE access_request (
    id           UUID                     NOT NULL PRIMARY KEY,
    project_id   UUID                     NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    key_id       UUID                     REFERENCES api_key (id) ON DELETE SET NULL,
    model        VARCHAR(128)             NOT NULL,
    requester_id UUID                     REFERENCES app_user (id) ON DELETE SET NULL,
    requester    VARCHAR(100)             NOT NULL,
    reason       VARCHAR(2000)            NOT NULL,
    state        VARCHAR(20)              NOT NULL,
    decided_by   VARCHAR(200),
    decided_at   TIMESTAMP WITH TIME ZONE,
    note         VARCHAR(2000),
    created_at   TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at   TIMESTAMP WITH TIME ZONE NOT NULL,
    version      BIGINT                   NOT NULL
);
CREATE INDEX access_request_by_project ON access_request (project_id, state);
CREATE INDEX access_request_by_state ON access_request (state);
CREATE INDEX access_request_by_requester ON access_request (requester_id);
CREATE INDEX access_request_by_key ON access_request (key_id);
