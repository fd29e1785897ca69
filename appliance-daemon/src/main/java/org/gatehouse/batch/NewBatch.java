package org.gatehouse.batch;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What a client orders. Immutable.
 *
 * @param outputKept how long the results are kept; {@code null} for as long as usual
 */
public record NewBatch(UUID inputFile, Endpoint endpoint, Map<String, String> metadata,
        @Nullable Duration outputKept) {

    /** Copies the map. */
    public NewBatch {
        metadata = Map.copyOf(metadata);
    }
}
