package org.gatehouse.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Batch;
import org.gatehouse.batch.Decision;
import org.gatehouse.batch.Endpoint;
import org.gatehouse.batch.LineProblem;
import org.gatehouse.gateway.exchange.Refusal;

/** Batches as a test writes them down. */
public final class WrittenBatches implements ClientBatches {
    /** Newest first. */
    final List<Batch> all = new CopyOnWriteArrayList<>();
    final UUID project = UUID.randomUUID();

    /** Adds one in that state. */
    public Batch write(Batch.State state) {
        return write(state, project);
    }

    Batch write(Batch.State state, UUID whose) {
        Instant now = Instant.parse("2026-11-20T12:00:00Z");
        Batch batch = new Batch(new UUID(0x019a000000007000L + all.size(), 0x8000000000000001L), UUID.randomUUID(),
                whose, UUID.randomUUID(), "nightly", "10.0.0.9", null, Endpoint.EMBEDDINGS, UUID.randomUUID(),
                UUID.randomUUID(), UUID.randomUUID(), true, false, Duration.ofDays(30), Map.of("a", "b"), state,
                state == Batch.State.FAILED
                        ? List.of(new LineProblem("invalid_json_line", "The line is no JSON.", null, 3))
                        : List.of(),
                new Batch.Counts(10, 4, 1), now, now.plusSeconds(86_400), now, null, null, null);
        all.addFirst(batch);
        return batch;
    }

    @Override
    public List<Batch> list(@Nullable UUID whose, Batch.@Nullable State state, @Nullable UUID after, int most) {
        return all.stream().filter(batch -> whose == null || batch.project().equals(whose))
                .filter(batch -> state == null || batch.state() == state)
                .filter(batch -> after == null || batch.id().compareTo(after) < 0).limit(most).toList();
    }

    @Override
    public Optional<Batch> find(UUID id) {
        return all.stream().filter(batch -> batch.id().equals(id)).findFirst();
    }

    @Override
    public Decision<Batch> cancel(Batch batch) {
        return batch.state().last()
                ? new Decision.Denied<>(Refusal.invalid("id", "It has ended."))
                : new Decision.Given<>(batch);
    }
}
