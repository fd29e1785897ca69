package org.gatehouse.audit;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.StoredText;

/** The columns of a trail row that repeat what its JSON says, for filters. One list, for writing and for verifying. */
final class TrailColumns {

    private enum Type {
        UUID, TEXT, LONG, INTEGER, DECIMAL
    }

    /** A column: its name, its type, and for text how much of the value it holds. */
    private record Column(String name, Type type, int length) {}

    private static final List<Column> COLUMNS = List.of(uuid("id"), text("kind", 16), number("at_micros"),
            text("trace_id", 64), text("request_id", 200), uuid("department_id"), uuid("project_id"), uuid("key_id"),
            uuid("user_id"), text("scenario", 200), text("surface", 64), text("model", 200), text("upstream", 200),
            text("outcome", 16), new Column("status", Type.INTEGER, 0), text("error_code", 64),
            number("input_tokens"), number("output_tokens"), new Column("cost", Type.DECIMAL, 0), text("currency", 3),
            text("actor", 200), text("action", 64), text("object_type", 64), text("object_id", 200));

    /** Their names, joined by commas. */
    static final String NAMES = String.join(", ", COLUMNS.stream().map(Column::name).toList());

    /** How many there are. */
    static final int COUNT = COLUMNS.size();

    private TrailColumns() {}

    /** What they hold for a record, in order; {@code null} where it says nothing. */
    static @Nullable Object[] values(TrailRecord item) {
        @Nullable
        Object[] values = new @Nullable Object[COUNT];
        values[0] = item.id();
        values[1] = item.kind().id();
        values[2] = Micros.of(item.at());
        switch (item) {
            case CallRecord call -> call(values, call);
            case AdminRecord admin -> {
                values[4] = admin.requestId();
                values[20] = admin.actor();
                values[21] = admin.action();
                values[22] = admin.objectType();
                values[23] = admin.objectId();
            }
            case Checkpoint _,RetentionRecord _ -> {
                // Found by kind and time.
            }
        }
        for (int i = 0; i < COUNT; i++) {
            if (values[i] instanceof String text) {
                values[i] = StoredText.fit(text, COLUMNS.get(i).length());
            }
        }
        return values;
    }

    /** Binds them from a parameter index on. */
    static void bind(PreparedStatement statement, int from, @Nullable Object[] values) throws SQLException {
        for (int i = 0; i < COUNT; i++) {
            Object value = values[i];
            int index = from + i;
            switch (COLUMNS.get(i).type()) {
                case UUID -> {
                    if (value == null) {
                        statement.setNull(index, Types.OTHER);
                    } else {
                        statement.setObject(index, value);
                    }
                }
                case TEXT -> statement.setString(index, (String) value);
                case LONG -> {
                    if (value == null) {
                        statement.setNull(index, Types.BIGINT);
                    } else {
                        statement.setLong(index, (Long) value);
                    }
                }
                case INTEGER -> {
                    if (value == null) {
                        statement.setNull(index, Types.INTEGER);
                    } else {
                        statement.setInt(index, (Integer) value);
                    }
                }
                case DECIMAL -> statement.setBigDecimal(index, (BigDecimal) value);
            }
        }
    }

    /** The name of a column whose stored value is not what the record says; {@code null} when all agree. */
    static @Nullable String difference(TrailRecord item, ResultSet row, int from) throws SQLException {
        @Nullable
        Object[] values = values(item);
        for (int i = 0; i < COUNT; i++) {
            if (!agree(COLUMNS.get(i).type(), values[i], row, from + i)) {
                return COLUMNS.get(i).name();
            }
        }
        return null;
    }

    private static void call(@Nullable Object[] values, CallRecord call) {
        values[3] = call.traceId();
        values[4] = call.requestId();
        Caller caller = call.caller();
        if (caller != null) {
            values[5] = caller.departmentId();
            values[6] = caller.projectId();
            values[7] = caller.keyId();
            values[8] = caller.userId();
        }
        values[9] = call.scenario();
        values[10] = call.surface();
        values[11] = call.modelAsked();
        values[12] = call.upstream();
        values[13] = call.outcome().name().toLowerCase(Locale.ROOT);
        values[14] = call.status();
        values[15] = call.errorCode();
        values[16] = call.usage().inputTokens();
        values[17] = call.usage().outputTokens();
        Cost cost = call.cost();
        if (cost != null) {
            values[18] = cost.amount();
            values[19] = cost.currency();
        }
    }

    private static boolean agree(Type type, @Nullable Object said, ResultSet row, int index) throws SQLException {
        Object stored = switch (type) {
            case UUID -> row.getObject(index, UUID.class);
            case TEXT -> row.getString(index);
            case LONG -> row.getObject(index, Long.class);
            case INTEGER -> row.getObject(index, Integer.class);
            case DECIMAL -> {
                BigDecimal amount = row.getBigDecimal(index);
                yield amount == null ? null : amount.stripTrailingZeros();
            }
        };
        return Objects.equals(said, stored);
    }

    private static Column uuid(String name) {
        return new Column(name, Type.UUID, 0);
    }

    private static Column text(String name, int length) {
        return new Column(name, Type.TEXT, length);
    }

    private static Column number(String name) {
        return new Column(name, Type.LONG, 0);
    }
}
