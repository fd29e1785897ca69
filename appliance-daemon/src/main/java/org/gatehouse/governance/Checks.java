package org.gatehouse.governance;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Text;
import org.gatehouse.governance.snapshot.AddressRange;
import org.gatehouse.governance.snapshot.Surface;

/** Collects what is wrong with a draft, then refuses it once with everything named. Confined to one change. */
final class Checks {
    /** The most characters of a name. */
    static final int NAME_LENGTH = 100;
    private static final int GREATEST_INTEGER_DIGITS = 15;
    private static final int GREATEST_SCALE = 12;

    private final List<FieldError> errors = new ArrayList<>();

    void wrong(String field, String message) {
        errors.add(new FieldError(field, message));
    }

    void require(boolean right, String field, String message) {
        if (!right) {
            wrong(field, message);
        }
    }

    /** Throws if anything was wrong. */
    void refuse() {
        if (!errors.isEmpty()) {
            throw new RefusedException(new Refusal.Invalid(errors));
        }
    }

    /**
     * A name as it is stored: what drafts from Java could hold is checked again, and composed (Unicode NFC), so that two
     * names that look the same are the same.
     */
    String name(String field, String name) {
        String composed = Normalizer.normalize(name, Normalizer.Form.NFC);
        require(!composed.isBlank() && composed.equals(composed.strip()), field,
                "must not be blank, or start or end with a space");
        require(composed.length() <= NAME_LENGTH, field, "must have 1 to 100 characters");
        require(Text.clean(composed, false), field, "must not hold control characters or line breaks");
        // Titles and declarative files write department/project/key.
        require(composed.indexOf('/') < 0, field, "must not hold a slash");
        return composed;
    }

    /** An amount that the database keeps exactly, at least 0. */
    void amount(String field, @Nullable BigDecimal amount) {
        if (amount == null) {
            return;
        }
        BigDecimal plain = Columns.plain(amount);
        require(plain.signum() >= 0, field, "must not be negative");
        require(plain.precision() - plain.scale() <= GREATEST_INTEGER_DIGITS && plain.scale() <= GREATEST_SCALE, field,
                "must have at most " + GREATEST_INTEGER_DIGITS + " digits before and " + GREATEST_SCALE
                        + " behind the point");
    }

    /** Surfaces by their names, or everything. Returns them without repetitions. */
    List<String> surfaces(String field, List<String> surfaces) {
        if (surfaces.equals(KeyDraft.EVERYTHING)) {
            return KeyDraft.EVERYTHING;
        }
        for (int i = 0; i < surfaces.size(); i++) {
            if (Surface.of(surfaces.get(i)).isEmpty()) {
                wrong(field + "[" + i + "]", "is no surface; known are " + String.join(", ",
                        java.util.Arrays.stream(Surface.values()).map(Surface::id).toList())
                        + ", or a single * for everything");
            }
        }
        return List.copyOf(new LinkedHashSet<>(surfaces));
    }

    /** Addresses and ranges. Returns them without repetitions. */
    List<String> addresses(String field, List<String> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            try {
                AddressRange.parse(addresses.get(i));
            } catch (IllegalArgumentException e) {
                wrong(field + "[" + i + "]", "is no address or CIDR range such as 10.1.0.0/16");
            }
        }
        return List.copyOf(new LinkedHashSet<>(addresses));
    }

    /** Refuses when a query finds a row: the name is taken by another. */
    static void free(Handle handle, String message, String sql, Object... values) {
        var query = handle.createQuery(sql);
        for (int i = 0; i < values.length; i++) {
            query.bind(i, values[i]);
        }
        if (query.mapTo(Integer.class).findFirst().isPresent()) {
            throw RefusedException.conflict(message);
        }
    }

    /** How many rows a query counts. */
    static long count(Handle handle, String sql, Object value) {
        return handle.createQuery(sql).bind("value", value).mapTo(Long.class).one();
    }
}
