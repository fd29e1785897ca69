package org.gatehouse.admin;

import org.jspecify.annotations.Nullable;

/**
 * Keeps writes within what the caller may touch.
 *
 * @param <D> what somebody wants to be stored
 */
@FunctionalInterface
interface Fence<D> {

    /**
     * Ends the call with a problem when it goes beyond.
     *
     * @param before what is stored; {@code null} for something new
     * @param after what is wanted; {@code null} for what is to go
     * @throws Call.Ended when it goes beyond
     */
    void hold(Call call, @Nullable D before, @Nullable D after);

    /** Lets everything pass: for nouns that only callers without bounds may change. */
    static <D> Fence<D> none() {
        return (_, _, _) -> {};
    }
}
