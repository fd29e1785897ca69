package org.gatehouse.supervisor;

/**
 * Told of each state change, in order for one instance, on that instance's own thread and before its next step: when the listener
 * has returned from {@code Draining}, and only then, the engine is asked to end. It must return within milliseconds and
 * must not stop or await instances from inside. What it throws is logged and otherwise ignored.
 */
@FunctionalInterface
public interface StateListener {

    /** The instance came from {@code before} into the state it has now. */
    void changed(Instance now, EngineState before);
}
