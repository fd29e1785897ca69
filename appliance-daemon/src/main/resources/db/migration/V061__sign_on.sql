-- Who vouches for people. What a provider is asked and how its answer is read stands as JSON text: only sign-on reads it.
CREATE TABLE sign_on_provider (
    id            UUID                     NOT NULL PRIMARY KEY,
    name          VARCHAR(64)              NOT NULL UNIQUE,
    terms         VARCHAR(300000)          NOT NULL,
    sealed_secret BYTEA,
    created_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at    TIMESTAMP WITH TIME ZONE NOT NULL,
    version       BIGINT                   NOT NULL
);

-- What a provider calls a user: names and mail addresses change hands, subjects do not.
CREATE TABLE app_user_identity (
    provider_id UUID         NOT NULL REFERENCES sign_on_provider (id) ON DELETE CASCADE,
    subject     VARCHAR(255) NOT NULL,
    user_id     UUID         NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    PRIMARY KEY (provider_id, subject)
);
CREATE INDEX app_user_identity_by_user ON app_user_identity (user_id);

-- What the provider gave to end its own session with, sealed.
ALTER TABLE people_session ADD COLUMN sealed_hint BYTEA;
