package org.gatehouse.governance.snapshot;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * What of something a key may use: everything, or only what is named.
 *
 * @param everything whether all is granted; {@code names} is then empty
 */
public record Grant<T>(boolean everything, Set<T> names) {

    /** Copies the names. */
    public Grant {
        names = Set.copyOf(names);
    }

    /** Grants everything. */
    public static <T> Grant<T> all() {
        return new Grant<>(true, Set.of());
    }

    /** Grants what is named, and nothing when nothing is. */
    public static <T> Grant<T> only(Set<T> names) {
        return new Grant<>(false, names);
    }

    /** What of the grant is among these. */
    public Grant<T> within(Set<T> others) {
        return only(everything ? others : names.stream().filter(others::contains).collect(Collectors.toSet()));
    }

    /** Whether the grant holds that name. */
    public boolean includes(T name) {
        return everything || names.contains(name);
    }
}
