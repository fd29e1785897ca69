package org.gatehouse.supervisor.engines;

import java.util.Objects;

/**
 * How far a start has come. Immutable.
 *
 * @param stage what is being done
 * @param stagePercent how much of that, 0 to 100
 */
public record LoadProgress(LoadStage stage, int stagePercent) {
    /** Nothing known yet. */
    public static final LoadProgress NONE = new LoadProgress(LoadStage.STARTING, 0);

    /** Checks the range. */
    public LoadProgress {
        Objects.requireNonNull(stage, "stage");
        if (stagePercent < 0 || stagePercent > 100) {
            throw new IllegalArgumentException("stagePercent must be 0 to 100, not " + stagePercent);
        }
    }

    /** Share of the whole start, 0 to 99: only an answered probe makes it 100. */
    public int percent() {
        return stage.percent(stagePercent);
    }

    /** The further of the two: workers log side by side, and a late line must not turn progress back. */
    LoadProgress furthest(LoadProgress other) {
        int order = stage.compareTo(other.stage);
        return order > 0 || order == 0 && stagePercent >= other.stagePercent ? this : other;
    }
}
