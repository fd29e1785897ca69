package org.gatehouse.admin;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Batch;
import org.gatehouse.batch.Decision;

/** The batches of clients, as administrators see them. Thread-safe. */
public interface ClientBatches {

    /**
     * Batches, newest first.
     *
     * @param project whose; {@code null} for all
     * @param state only those in it; {@code null} for all
     * @param after the last one of the piece before; {@code null} for the first piece
     */
    List<Batch> list(@Nullable UUID project, Batch.@Nullable State state, @Nullable UUID after, int most);

    /** The batch of that id. */
    Optional<Batch> find(UUID id);

    /** Has it cancelled. */
    Decision<Batch> cancel(Batch batch);
}
