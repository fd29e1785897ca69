-- What was used to sign on by SAML, until it is too old to be taken anyway: on every box of a fleet, an assertion counts once.
CREATE TABLE saml_assertion_used (
    provider_id UUID                     NOT NULL REFERENCES sign_on_provider (id) ON DELETE CASCADE,
    id_hash     VARCHAR(64)              NOT NULL,
    forget_at   TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (provider_id, id_hash)
);
CREATE INDEX saml_assertion_used_by_time ON saml_assertion_used (forget_at);
