-- Energy and GPU time of local models beside what calls used, so that one report shows both. Exact: millionths of a watt-hour and of
-- a second. `local_cost` is what they cost by the price book.
ALTER TABLE usage_rollup ADD COLUMN micro_watt_hours BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE usage_rollup ADD COLUMN gpu_micros BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE usage_rollup ADD COLUMN local_cost NUMERIC(38, 18) DEFAULT 0 NOT NULL;

-- What was measured and is not shared out over calls yet; each row goes in the transaction that shares it out.
CREATE TABLE gpu_energy (
    bucket           BIGINT       NOT NULL,
    box              UUID         NOT NULL,
    owner            VARCHAR(200) NOT NULL,
    micro_watt_hours BIGINT       NOT NULL,
    gpu_micros       BIGINT       NOT NULL,
    PRIMARY KEY (bucket, box, owner)
);

-- What a local model costs: its energy, and the hardware for as long as it is held.
ALTER TABLE price ADD COLUMN per_kilowatt_hour NUMERIC(38, 12);
ALTER TABLE price ADD COLUMN per_gpu_hour NUMERIC(38, 12);
