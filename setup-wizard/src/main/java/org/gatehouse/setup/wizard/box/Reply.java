package org.gatehouse.setup.wizard.box;

import java.util.function.Function;

/** What became of a call to the box. */
public sealed interface Reply<T> {
    /** The box did it. */
    record Good<T>(T value) implements Reply<T> {}

    /** The box refused, and says why. */
    record Refused<T>(Problem problem) implements Reply<T> {}

    /**
     * No usable answer came.
     *
     * @param message what happened, with which address, what to do
     */
    record Away<T>(String message) implements Reply<T> {}

    /** The same with another value where the box did it. */
    default <U> Reply<U> map(Function<? super T, ? extends U> change) {
        return switch (this) {
            case Good<T>(T value) -> new Good<>(change.apply(value));
            case Refused<T>(Problem problem) -> new Refused<>(problem);
            case Away<T>(String message) -> new Away<>(message);
        };
    }
}
