package org.gatehouse.store;

import java.io.IOException;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;

/** The kinds of columns that the schema uses, and how a value of each stands in a backup. */
enum ColumnKind {
    UUID, LONG, INTEGER, TEXT, DECIMAL, BOOLEAN, BYTES, TIME;

    /** @throws StoreFailure when a migration uses a type that backups do not know */
    static ColumnKind of(String databaseType) {
        return switch (databaseType.toLowerCase(Locale.ROOT)) {
            case "uuid" -> UUID;
            case "bigint", "int8" -> LONG;
            case "integer", "int4", "smallint", "int2" -> INTEGER;
            case "character varying", "varchar" -> TEXT;
            case "numeric" -> DECIMAL;
            case "boolean", "bool" -> BOOLEAN;
            case "binary varying", "bytea" -> BYTES;
            case "timestamp with time zone", "timestamptz" -> TIME;
            default -> throw new StoreFailure("Backups do not know columns of type " + databaseType
                    + ". This is a defect of this version: report it.");
        };
    }

    void write(ResultSet row, int column, JsonGenerator json) throws SQLException, IOException {
        switch (this) {
            case UUID, TEXT -> writeText(row.getString(column), json);
            case LONG, INTEGER -> {
                long value = row.getLong(column);
                if (row.wasNull()) {
                    json.writeNull();
                } else {
                    json.writeNumber(value);
                }
            }
            case DECIMAL -> {
                BigDecimal value = row.getBigDecimal(column);
                writeText(value == null ? null : value.toPlainString(), json);
            }
            case BOOLEAN -> {
                boolean value = row.getBoolean(column);
                if (row.wasNull()) {
                    json.writeNull();
                } else {
                    json.writeBoolean(value);
                }
            }
            case BYTES -> {
                byte[] value = row.getBytes(column);
                writeText(value == null ? null : Base64.getEncoder().encodeToString(value), json);
            }
            case TIME -> {
                OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
                writeText(value == null ? null : value.withOffsetSameInstant(ZoneOffset.UTC).toString(), json);
            }
        }
    }

    void bind(PreparedStatement insert, int column, JsonNode value) throws SQLException {
        if (value.isNull()) {
            insert.setNull(column, switch (this) {
                case UUID -> Types.OTHER;
                case LONG -> Types.BIGINT;
                case INTEGER -> Types.INTEGER;
                case TEXT -> Types.VARCHAR;
                case DECIMAL -> Types.NUMERIC;
                case BOOLEAN -> Types.BOOLEAN;
                case BYTES -> Types.VARBINARY;
                case TIME -> Types.TIMESTAMP_WITH_TIMEZONE;
            });
            return;
        }
        switch (this) {
            case UUID -> insert.setObject(column, java.util.UUID.fromString(value.textValue()));
            case LONG -> insert.setLong(column, value.longValue());
            case INTEGER -> insert.setInt(column, value.intValue());
            case TEXT -> insert.setString(column, value.textValue());
            case DECIMAL -> insert.setBigDecimal(column, new BigDecimal(value.textValue()));
            case BOOLEAN -> insert.setBoolean(column, value.booleanValue());
            case BYTES -> insert.setBytes(column, Base64.getDecoder().decode(value.textValue()));
            case TIME -> insert.setObject(column, OffsetDateTime.parse(value.textValue()));
        }
    }

    private static void writeText(@org.jspecify.annotations.Nullable String value, JsonGenerator json)
            throws IOException {
        if (value == null) {
            json.writeNull();
        } else {
            json.writeString(value);
        }
    }
}
