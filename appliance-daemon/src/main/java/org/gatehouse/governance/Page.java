package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a list, in the order in which things were made.
 *
 * @param next what to ask for to get the next piece; {@code null} at the end
 */
public record Page<T>(List<T> items, @Nullable UUID next) {

    /** Copies the items. */
    public Page {
        items = List.copyOf(items);
    }
}
