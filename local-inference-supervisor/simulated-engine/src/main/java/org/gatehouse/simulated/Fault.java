package org.gatehouse.simulated;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** What can be made to go wrong with a reply. The README's table says what each looks like on the wire. */
enum Fault {
    NONE, HANG_BEFORE_HEADERS, HANG_AFTER_HEADERS, STATUS_400, STATUS_429, STATUS_500, HTML_502, EMPTY_200, REDIRECT, ERROR_EVENT, CUT, CUT_CLEAN, CLOSE_DELIMITED, BAD_JSON, TRUNCATED_JSON, WRONG_USAGE, NO_USAGE, NO_DONE, GZIP, DRIBBLE, BIG_EVENT, CRLF, COMMENTS, MULTI_DATA, SPLIT_UTF8, STALL, CLOSE_KEEPALIVE, USAGE_BEFORE_FINISH, IGNORE_MAX_TOKENS, SLOW_HEADERS, HOLD_AFTER_END;

    private static final Map<String, Fault> BY_WORD = new HashMap<>();

    static {
        for (Fault fault : values()) {
            BY_WORD.put(fault.name().toLowerCase(Locale.ROOT).replace('_', '-'), fault);
        }
    }

    /** Whether the reply, as sent, is not one that a caller can take for good. */
    boolean spoils() {
        return switch (this) {
            case NONE, CLOSE_DELIMITED, WRONG_USAGE, NO_USAGE, NO_DONE, GZIP, DRIBBLE, BIG_EVENT, CRLF, COMMENTS,
                    MULTI_DATA, SPLIT_UTF8, CLOSE_KEEPALIVE, USAGE_BEFORE_FINISH, IGNORE_MAX_TOKENS, SLOW_HEADERS,
                    HOLD_AFTER_END ->
                false;
            case HANG_BEFORE_HEADERS, HANG_AFTER_HEADERS, STATUS_400, STATUS_429, STATUS_500, HTML_502, EMPTY_200,
                    REDIRECT, ERROR_EVENT, CUT, CUT_CLEAN, BAD_JSON, TRUNCATED_JSON, STALL ->
                true;
        };
    }

    /** The fault of this name, such as {@code cut-clean}, if there is one. */
    static @Nullable Fault named(String word) {
        return BY_WORD.get(word);
    }
}
