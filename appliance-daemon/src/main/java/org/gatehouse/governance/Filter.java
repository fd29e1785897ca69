package org.gatehouse.governance;

import java.util.Objects;
import java.util.UUID;

/**
 * A way to narrow a list.
 *
 * @param name the query parameter
 * @param type {@link UUID} or {@link String}
 * @param about one sentence for the API description
 * @param condition SQL with the placeholder {@code :value}
 */
public record Filter(String name, Class<?> type, String about, String condition) {

    /** By the name that is in that column. */
    static Filter byName(String column) {
        return new Filter("name", String.class, "Only the one of that name.", column + " = :value");
    }

    /** Checks that nothing is missing. */
    public Filter {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(condition, "condition");
    }
}
