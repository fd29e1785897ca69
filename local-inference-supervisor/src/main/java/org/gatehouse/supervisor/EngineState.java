package org.gatehouse.supervisor;

import java.time.Instant;

/**
 * Where an instance stands. Calls may be routed to it in {@link Ready} only: an engine accepts connections earlier and later than
 * it serves them well.
 */
public sealed interface EngineState {

    /** Known, never started. */
    record Defined() implements EngineState {}

    /** The process runs and has not yet said what it is doing. */
    record Spawned() implements EngineState {}

    /**
     * The engine says how it comes along.
     *
     * @param phase the furthest phase seen
     * @param percent how much of this phase is done, 0 to 100, as the engine's log has it; 0 where it says nothing
     */
    record Loading(LoadPhase phase, int percent) implements EngineState {}

    /** It answered its health check and still does. */
    record Ready() implements EngineState {}

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
        return this instanceof Ready;
    }

    /** Whether nothing runs and nothing will by itself: only a new start leaves this state. */
    default boolean resting() {
        return switch (this) {
            case Defined _,Stopped _,Failed _ -> true;
            case Spawned _,Loading _,Ready _,Draining _,Stopping _,Crashed _,Backoff _ -> false;
        };
    }
}
