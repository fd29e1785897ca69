package org.gatehouse.daemon;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.ClientBatches;
import org.gatehouse.batch.Batch;
import org.gatehouse.batch.Batches;
import org.gatehouse.batch.Decision;
import org.gatehouse.telemetry.CallMetrics;

/** The box's batches as the admin API and the metrics see them. Thread-safe. */
record LiveBatches(Batches batches) implements ClientBatches {

    @Override
    public List<Batch> list(@Nullable UUID project, Batch.@Nullable State state, @Nullable UUID after, int most) {
        return batches.list(project, state, after, most);
    }

    @Override
    public Optional<Batch> find(UUID id) {
        return batches.find(id);
    }

    @Override
    public Decision<Batch> cancel(Batch batch) {
        return batches.cancel(batch);
    }

    /** Shows how they stand. */
    void show(CallMetrics metrics) {
        for (Batch.State state : Batch.State.values()) {
            if (!state.last()) {
                metrics.gauge("gatehouse.batches", "Batches that have not ended", batches,
                        it -> it.figures().live().getOrDefault(state, 0L), "state", state.word());
            }
        }
        metrics.counter("gatehouse.batch.rows", "Rows of batches that came to an end", batches,
                it -> it.figures().rowsDone(), "outcome", "completed");
        metrics.counter("gatehouse.batch.rows", "Rows of batches that came to an end", batches,
                it -> it.figures().rowsFailed(), "outcome", "failed");
        metrics.gauge("gatehouse.batch.rows.running", "Rows of batches that run", batches,
                it -> it.figures().rowsRunning());
        metrics.gauge("gatehouse.client.files.bytes", "What clients have in files on this box", batches,
                it -> it.figures().fileBytes());
    }
}
