package org.gatehouse.supervisor;

import java.time.Instant;

import org.gatehouse.supervisor.engines.LoadProgress;

/**
 * Where an instance stands. Calls may be routed to it in {@link Ready} and {@link Degraded} only: an engine accepts connections
 * earlier and later than it serves them well.
 */
public sealed interface EngineState {

    /** Known, never started. */
    record Defined() implements EngineState {}

    /** An engine of an earlier daemon was found running; it has yet to show that it serves. */
    record Adopting() implements EngineState {}

    /** The process runs and has not yet said what it is doing. */
    record Spawned() implements EngineState {}

    /**
     * The engine says how it comes along.
     *
     * @param progress the furthest that its log has told; {@link LoadProgress#percent} is the share of the whole start
     */
    record Loading(LoadProgress progress) implements EngineState {}

    /** It says that it is well; it has yet to answer a call. */
    record Probing() implements EngineState {}

    /** It answered and still does. */
    record Ready() implements EngineState {}

    /**
     * It serves, but badly: slow to answer while its counters move, or with a health check missed.
     *
     * @param why what was observed
     */
    record Degraded(String why) implements EngineState {}

    /** It shall stop: no new calls, those in flight may end. */
    record Draining() implements EngineState {}

    /** It was asked to end, or is being ended. */
    record Stopping() implements EngineState {}

    /** It was stopped on purpose, and nothing of it is left. */
    record Stopped() implements EngineState {}

    /** It ended unasked; what is left of it is being cleared away. */
    record Crashed(Cause cause) implements EngineState {}

    /** It crashed and will be started again at {@code until}. */
    record Backoff(Instant until, Cause cause) implements EngineState {}

    /** It will not be started again by itself: the cause would be the same, or it crashed too often. */
    record Failed(Cause cause) implements EngineState {}

    /** Whether calls may be routed to it. */
    default boolean serves() {
        return this instanceof Ready || this instanceof Degraded;
    }

    /** Whether nothing runs and nothing will by itself: only a new start leaves this state. */
    default boolean resting() {
        return switch (this) {
            case Defined _,Stopped _,Failed _ -> true;
            case Adopting _,Spawned _,Loading _,Probing _,Ready _,Degraded _,Draining _,Stopping _,Crashed _,Backoff _ ->
                false;
        };
    }
}
