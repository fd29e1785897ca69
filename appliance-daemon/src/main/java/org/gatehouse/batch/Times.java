package org.gatehouse.batch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** Times and ids in columns, for both databases. Stateless. */
final class Times {
    private Times() {}

    static @Nullable OffsetDateTime bound(@Nullable Instant time) {
        return time == null ? null : time.atOffset(ZoneOffset.UTC);
    }

    static @Nullable Instant read(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static Instant known(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(read(row, column));
    }
}
