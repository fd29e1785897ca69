-- Several keys for one provider, so that one that is refused or out of money does not end its service. A key that an
-- upstream had before is sealed for that upstream's row, and has its id.
CREATE TABLE upstream_key (
    id            UUID        NOT NULL PRIMARY KEY,
    upstream_id   UUID        NOT NULL REFERENCES upstream (id) ON DELETE CASCADE,
    key_order     INTEGER     NOT NULL,
    name          VARCHAR(64) NOT NULL,
    account       VARCHAR(64) NOT NULL,
    sealed_secret BYTEA       NOT NULL,
    UNIQUE (upstream_id, name)
);
INSERT INTO upstream_key (id, upstream_id, key_order, name, account, sealed_secret)
    SELECT id, id, 0, 'main', 'main', sealed_api_key FROM upstream WHERE sealed_api_key IS NOT NULL;
ALTER TABLE upstream DROP COLUMN sealed_api_key;

-- Where a provider works, for residency rules, and what its kind needs besides: JSON text, since only its adapter asks.
ALTER TABLE upstream ADD COLUMN region VARCHAR(64);
ALTER TABLE upstream ADD COLUMN options VARCHAR(20000) DEFAULT '{}' NOT NULL;

-- How targets share a model's calls: JSON text, since only the data plane asks; null means as is usual. A split names
-- targets, so these have names. What no row said so far is as it was: first tier, able to do everything, for everybody.
ALTER TABLE model ADD COLUMN route VARCHAR(100000);
ALTER TABLE model_target ADD COLUMN name VARCHAR(64);
ALTER TABLE model_target ADD COLUMN tier INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE model_target ADD COLUMN abilities VARCHAR(1000);
ALTER TABLE model_target ADD COLUMN region VARCHAR(64);
ALTER TABLE model_target ADD COLUMN strength INTEGER DEFAULT 100 NOT NULL;
ALTER TABLE model_target ADD COLUMN from_priority INTEGER DEFAULT 0 NOT NULL;
