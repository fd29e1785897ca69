package org.gatehouse.governance;

/** What came of a change that was asked for. */
public sealed interface Change<T> {

    /** It is stored, recorded, and in force for every call that starts from now on. */
    record Made<T>(T value) implements Change<T> {}

    /** Nothing was changed. */
    record Refused<T>(Refusal refusal) implements Change<T> {}

    /**
     * The value of a change that must be possible, as at first start.
     *
     * @throws IllegalStateException if it was refused
     */
    default T made() {
        return switch (this) {
            case Made<T>(T value) -> value;
            case Refused<T>(Refusal refusal) -> throw new IllegalStateException(refusal.message());
        };
    }
}
