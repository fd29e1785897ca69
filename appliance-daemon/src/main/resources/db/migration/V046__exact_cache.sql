-- Which models' answers are kept for the same question asked again; without a time to live none are.
ALTER TABLE model ADD COLUMN cache_ttl_seconds INTEGER;
ALTER TABLE model ADD COLUMN cache_largest_bytes INTEGER;
ALTER TABLE model ADD COLUMN cache_sharing VARCHAR(20);
ALTER TABLE model ADD COLUMN cache_any_temperature BOOLEAN;

-- Whether the calls below a node may be answered so; absent, the next node above decides, in the end no.
ALTER TABLE policy ADD COLUMN exact_cache BOOLEAN;

-- What answering from memory saved, beside what was used.
ALTER TABLE usage_rollup ADD COLUMN cache_hits BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE usage_rollup ADD COLUMN saved_tokens BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE usage_rollup ADD COLUMN saved_cost NUMERIC(38, 18) DEFAULT 0 NOT NULL;
