-- How engines treat calls: who goes first, with whom remembered prompts are shared, who waits for a model that loads.
-- Each may be absent and is then decided by the next node above.
ALTER TABLE policy ADD COLUMN engine_priority INTEGER;
ALTER TABLE policy ADD COLUMN prefix_cache VARCHAR(20);
ALTER TABLE policy ADD COLUMN wait_seconds INTEGER;

-- An engine that does not schedule by priority refuses requests that have one.
ALTER TABLE upstream ADD COLUMN priority_scheduling BOOLEAN DEFAULT FALSE NOT NULL;
