package org.gatehouse.batch;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** Ids as OpenAI's clients see them: a word and the digits of a UUID. */
public enum PublicIds {
    /** {@code file-…} */
    FILE("file-"),
    /** {@code batch_…} */
    BATCH("batch_"),
    /** {@code batch_req_…}: one row's result. */
    ROW("batch_req_");

    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{32}");

    private final String prefix;

    PublicIds(String prefix) {
        this.prefix = prefix;
    }

    /** As text. */
    public String write(UUID id) {
        return prefix + digits(id);
    }

    /** The 32 hex digits of an id. */
    static String digits(UUID id) {
        return id.toString().replace("-", "");
    }

    /** Back from text; empty for any other text. */
    public Optional<UUID> read(String text) {
        if (!text.startsWith(prefix) || !DIGITS.matcher(text.substring(prefix.length())).matches()) {
            return Optional.empty();
        }
        String digits = text.substring(prefix.length());
        return Optional.of(new UUID(Long.parseUnsignedLong(digits, 0, 16, 16),
                Long.parseUnsignedLong(digits, 16, 32, 16)));
    }
}
