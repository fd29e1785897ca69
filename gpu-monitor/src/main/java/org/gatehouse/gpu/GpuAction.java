package org.gatehouse.gpu;

/** What is to be done about a symptom, for programs; {@link GpuSymptom#advice()} says it to people. */
public enum GpuAction {
    /** Nothing but to watch whether it comes again. */
    WATCH,
    /** The engine that used the GPU is to be started again. */
    RESTART_ENGINE,
    /** Work is to be moved away, then the GPU is to be reset. */
    DRAIN_AND_RESET,
    /** The machine is to be booted again. */
    REBOOT,
    /** Heat or power around the box is to be looked at. */
    CHECK_SITE,
    /** The board is to be tested and perhaps exchanged. */
    SERVICE
}
