package org.gatehouse.governance;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;

/** Columns as the domain has them. Stateless. */
final class Columns {
    private Columns() {}

    static UUID id(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, UUID.class), column);
    }

    static @Nullable UUID idOrNull(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    static String text(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getString(column), column);
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(timeOrNull(row, column), column);
    }

    static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Without the zeros that the column's scale adds, so that equal amounts are equal. */
    static @Nullable BigDecimal amountOrNull(ResultSet row, String column) throws SQLException {
        BigDecimal amount = row.getBigDecimal(column);
        return amount == null ? null : plain(amount);
    }

    static BigDecimal plain(BigDecimal amount) {
        BigDecimal stripped = amount.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    static <E extends Enum<E>> E constant(ResultSet row, String column, Class<E> type) throws SQLException {
        return Enum.valueOf(type, text(row, column).toUpperCase(Locale.ROOT));
    }

    /** A list of words as a JSON array; sorted lists stay sorted. */
    static String words(List<String> words) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(words.size());
        words.forEach(array::add);
        return Json.text(array);
    }

    static List<String> words(ResultSet row, String column) throws SQLException {
        String text = text(row, column);
        if ("[\"*\"]".equals(text)) {
            return KeyDraft.EVERYTHING;
        }
        if ("[]".equals(text)) {
            return List.of();
        }
        List<String> words = new ArrayList<>();
        for (JsonNode word : Json.trusted(text)) {
            words.add(word.textValue());
        }
        return List.copyOf(words);
    }

    /** Words by their names as a JSON object, sorted by name so that equal maps are equal texts. */
    static String text(Map<String, String> options) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(options).forEach(object::put);
        return Json.text(object);
    }

    static Map<String, String> options(ResultSet row, String column) throws SQLException {
        Map<String, String> options = new TreeMap<>();
        Json.trusted(text(row, column)).properties()
                .forEach(option -> options.put(option.getKey(), option.getValue().textValue()));
        return options;
    }
}
