-- How large a department's share of a local model's places is where departments wait for them. Nobody had said anything
-- so far: all weigh the same.
ALTER TABLE department ADD COLUMN weight INTEGER DEFAULT 1 NOT NULL;

-- Whether the calls below a node go behind those that somebody waits for; absent, the next node above decides.
ALTER TABLE policy ADD COLUMN call_class VARCHAR(20);
