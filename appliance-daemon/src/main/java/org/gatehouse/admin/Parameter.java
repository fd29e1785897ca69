package org.gatehouse.admin;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Text;

/**
 * A query parameter of an operation.
 *
 * @param type String, UUID, Integer, Long (a number of bytes), Boolean or Instant
 * @param constants the words that a String may be; empty for any
 * @param least of an Integer
 * @param greatest of an Integer, or the length of a String
 */
record Parameter(String name, Class<?> type, String about, List<String> constants, int least, int greatest) {
    /** No parameter that anybody names. */
    static final String OTHERS = "*";
    private static final int LONGEST = 500;

    /** Stands for every other parameter: it is let pass and not looked at (RFC 6749 4.1.2). */
    static Parameter others() {
        return new Parameter(OTHERS, String.class, "", List.of(), 0, Integer.MAX_VALUE);
    }

    static Parameter text(String name, String about) {
        return new Parameter(name, String.class, about, List.of(), 0, LONGEST);
    }

    static Parameter word(String name, String about, List<String> constants) {
        return new Parameter(name, String.class, about, List.copyOf(constants), 0, LONGEST);
    }

    static Parameter id(String name, String about) {
        return new Parameter(name, UUID.class, about, List.of(), 0, 0);
    }

    static Parameter flag(String name, String about) {
        return new Parameter(name, Boolean.class, about, List.of(), 0, 0);
    }

    static Parameter time(String name, String about) {
        return new Parameter(name, Instant.class, about, List.of(), 0, 0);
    }

    static Parameter number(String name, String about, int least, int greatest) {
        return new Parameter(name, Integer.class, about, List.of(), least, greatest);
    }

    static Parameter bytes(String name, String about) {
        return new Parameter(name, Long.class, about, List.of(), 0, Integer.MAX_VALUE);
    }

    /** The value, or {@code null} when the text is none. */
    @Nullable
    Object read(String text) {
        try {
            if (type == UUID.class) {
                return text.length() == 36 ? UUID.fromString(text) : null;
            } else if (type == Integer.class) {
                int number = Integer.parseInt(text);
                return number >= least && number <= greatest ? (Object) number : null;
            } else if (type == Long.class) {
                long number = Long.parseLong(text);
                return number >= 0 ? (Object) number : null;
            } else if (type == Boolean.class) {
                return "true".equals(text) ? (Object) true : "false".equals(text) ? (Object) false : null;
            } else if (type == Instant.class) {
                return OffsetDateTime.parse(text).toInstant();
            }
            boolean right = text.length() <= greatest && Text.clean(text, false)
                    && (constants.isEmpty() || constants.contains(text));
            return right ? text : null;
        } catch (IllegalArgumentException | DateTimeException _) {
            return null;
        }
    }

    /** What it must be, for an error message. */
    String wanted() {
        if (type == UUID.class) {
            return "must be a UUID";
        } else if (type == Integer.class) {
            return "must be a whole number between " + least + " and " + greatest;
        } else if (type == Long.class) {
            return "must be a whole number, 0 or more";
        } else if (type == Boolean.class) {
            return "must be true or false";
        } else if (type == Instant.class) {
            return "must be an RFC 3339 time, such as 2026-11-20T12:00:00Z";
        }
        return constants.isEmpty()
                ? "must be text of at most " + greatest + " characters without control characters"
                : "must be one of " + String.join(", ", constants);
    }
}
