package org.gatehouse.gateway.canonical;

/** Whether the model must call a tool. Immutable. */
public sealed interface ToolChoice {

    /** As it likes. */
    ToolChoice AUTO = new Auto();
    /** It must not. */
    ToolChoice NONE = new None();
    /** It must call at least one, whichever. */
    ToolChoice REQUIRED = new Required();

    /** As it likes. */
    record Auto() implements ToolChoice {}

    /** It must not. */
    record None() implements ToolChoice {}

    /** It must call at least one, whichever. */
    record Required() implements ToolChoice {}

    /** It must call this one. */
    record Named(String tool) implements ToolChoice {}
}
