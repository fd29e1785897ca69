package org.gatehouse.store;

import java.util.Objects;

/**
 * Where a sealed secret lies. Bound into the seal: the same bytes moved to another row or column do not open. Immutable.
 *
 * @param table the table's name
 * @param row the row's identity, in any one form
 * @param column the column's name
 */
public record SecretPlace(String table, String row, String column) {

    /** Checks that all are there. */
    public SecretPlace {
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(row, "row");
        Objects.requireNonNull(column, "column");
    }
}
