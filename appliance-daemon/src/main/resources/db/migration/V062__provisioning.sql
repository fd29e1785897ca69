-- A provider may tell of joiners and leavers by itself (SCIM), with a token of its own. The token is 256 random bits and
-- stands here as its SHA-256 only.
ALTER TABLE sign_on_provider ADD COLUMN scim_sha256 VARCHAR(64);

-- What a provider calls the users that it told of. Names are compared without case (RFC 7643 4.1.1).
CREATE TABLE scim_user (
    provider_id UUID         NOT NULL REFERENCES sign_on_provider (id) ON DELETE CASCADE,
    user_id     UUID         NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    user_name   VARCHAR(255) NOT NULL,
    external_id VARCHAR(255),
    PRIMARY KEY (provider_id, user_id),
    UNIQUE (provider_id, user_name)
);
CREATE INDEX scim_user_by_user ON scim_user (user_id);

CREATE TABLE scim_group (
    id           UUID         NOT NULL PRIMARY KEY,
    provider_id  UUID         NOT NULL REFERENCES sign_on_provider (id) ON DELETE CASCADE,
    display_name VARCHAR(255) NOT NULL,
    external_id  VARCHAR(255),
    UNIQUE (provider_id, display_name)
);

CREATE TABLE scim_member (
    group_id UUID NOT NULL REFERENCES scim_group (id) ON DELETE CASCADE,
    user_id  UUID NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX scim_member_by_user ON scim_member (user_id);
