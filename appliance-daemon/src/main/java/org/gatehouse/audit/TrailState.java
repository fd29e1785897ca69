package org.gatehouse.audit;

/** How the trail does, for readiness and alerts. */
public sealed interface TrailState {

    /** All is well. */
    record Healthy() implements TrailState {}

    /**
     * Records are still taken, but somebody should look.
     *
     * @param reason what is wrong and what to do
     */
    record Degraded(String reason) implements TrailState {}

    /**
     * Records are refused until the reason is gone.
     *
     * @param reason what is wrong and what to do
     */
    record Refusing(String reason) implements TrailState {}
}
