-- What a provider keeps in its prompt cache for an hour costs more than what it keeps for five minutes: a price of its own,
-- and a count of its own. What was counted before is in cache_writes, whatever its time was.
ALTER TABLE price ADD COLUMN long_cache_write_per_million NUMERIC(38, 12);
ALTER TABLE usage_rollup ADD COLUMN long_cache_writes BIGINT DEFAULT 0 NOT NULL;
