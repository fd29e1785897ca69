-- People sign in: what they may do, whose things they may see, and whether they may at all. Roles stand as JSON text:
-- nothing else refers to them.
ALTER TABLE app_user ADD COLUMN active BOOLEAN DEFAULT TRUE NOT NULL;
ALTER TABLE app_user ADD COLUMN roles VARCHAR(1000) DEFAULT '[]' NOT NULL;

-- The departments that somebody leads.
CREATE TABLE app_user_department (
    user_id       UUID NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    department_id UUID NOT NULL REFERENCES department (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, department_id)
);
CREATE INDEX app_user_department_by_department ON app_user_department (department_id);

-- The projects that somebody develops in.
CREATE TABLE app_user_project (
    user_id    UUID NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    project_id UUID NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, project_id)
);
CREATE INDEX app_user_project_by_project ON app_user_project (project_id);

-- Who can sign in although no identity provider answers. The last step of the clock whose code was taken is kept, so
-- that no code works twice (RFC 6238 5.2).
CREATE TABLE break_glass (
    user_id       UUID                     NOT NULL PRIMARY KEY REFERENCES app_user (id) ON DELETE CASCADE,
    password_hash VARCHAR(500)             NOT NULL,
    sealed_otp    BYTEA,
    otp_last_step BIGINT                   NOT NULL,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL
);

-- Who is signed in. The cookie's text is 256 random bits and stands here as its SHA-256 only. One of user_id and
-- token_name is set: whoever brought an admin token is nobody in particular.
CREATE TABLE people_session (
    id               UUID                     NOT NULL PRIMARY KEY,
    cookie_sha256    VARCHAR(64)              NOT NULL UNIQUE,
    user_id          UUID                     REFERENCES app_user (id) ON DELETE CASCADE,
    token_name       VARCHAR(100),
    way              VARCHAR(20)              NOT NULL,
    provider_id      UUID,
    provider_session VARCHAR(255),
    provider_subject VARCHAR(255),
    address          VARCHAR(64)              NOT NULL,
    agent            VARCHAR(200)             NOT NULL,
    created_at       TIMESTAMP WITH TIME ZONE NOT NULL,
    authenticated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at          TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at       TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX people_session_by_user ON people_session (user_id);
CREATE INDEX people_session_by_end ON people_session (expires_at);
