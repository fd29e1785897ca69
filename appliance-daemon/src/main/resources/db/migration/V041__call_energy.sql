-- What GPUs took for single calls, by the minute in which they took it: written in the transaction that shares the minute out, so that a
-- minute's parts add up to what its calls were charged with. Apart from the call's row, which is sealed in the trail long before, and removed
-- with it. The key finds a call's parts and needs no second index; ids are UUIDv7, so that new parts stand together.
CREATE TABLE call_energy (
    call_id          UUID            NOT NULL,
    bucket           BIGINT          NOT NULL,
    box              UUID            NOT NULL,
    currency         VARCHAR(3)      NOT NULL,
    micro_watt_hours BIGINT          NOT NULL,
    gpu_micros       BIGINT          NOT NULL,
    local_cost       NUMERIC(38, 18) NOT NULL,
    PRIMARY KEY (call_id, bucket, box, currency)
);
