package org.gatehouse.simulated;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * What a prompt asks of the simulation, written {@code [[sim key=value …]]}. A number below zero means that the key was
 * not given.
 *
 * @param tokens output tokens to generate
 * @param firstTokenMillis milliseconds before the first output token
 * @param tokenMillis milliseconds for each further one
 * @param reasoning reasoning tokens before the visible ones
 * @param toolCalls tools to call
 * @param fault what is to go wrong
 * @param after output tokens before the fault
 * @param retryAfter the header's value in seconds, for {@link Fault#STATUS_429}
 * @param echo whether the reply repeats the prompt's text
 * @param flagged whether a moderation flags the input
 * @param reset whether {@link Fault#CUT} ends the connection by a reset instead of an orderly close
 * @param wrong what {@link Fault#WRONG_USAGE} makes of usage: {@code negative}, {@code huge} or {@code string}
 * @param location where {@link Fault#REDIRECT} points to
 */
record Directive(int tokens, double firstTokenMillis, double tokenMillis, int reasoning, int toolCalls, Fault fault,
        int after, int retryAfter, boolean echo, boolean flagged, boolean reset, String wrong, String location) {

    static final Directive NONE = new Directive(-1, -1, -1, -1, -1, Fault.NONE, -1, -1, false, false, false, "negative",
            "http://127.0.0.1:9/elsewhere");
    private static final String OPENING = "[[sim";
    private static final byte[] OPENING_BYTES = OPENING.getBytes(StandardCharsets.US_ASCII);

    /** The directive in a text, the last one when there are several; {@link #NONE} when there is none. */
    static Directive in(char[] text, int offset, int length) throws Refused {
        for (int at = offset + length - OPENING.length(); at >= offset; at--) {
            if (text[at] == '[' && text[at + 1] == '[' && text[at + 2] == 's' && text[at + 3] == 'i'
                    && text[at + 4] == 'm') {
                return parse(new String(text, at, offset + length - at));
            }
        }
        return NONE;
    }

    /** The last directive anywhere in a body, for the surfaces whose whole body is one input. */
    static Directive in(byte[] body, int offset, int length) throws Refused {
        search : for (int at = offset + length - OPENING_BYTES.length; at >= offset; at--) {
            for (int i = 0; i < OPENING_BYTES.length; i++) {
                if (body[at + i] != OPENING_BYTES[i]) {
                    continue search;
                }
            }
            return parse(new String(body, at, Math.min(1024, offset + length - at), StandardCharsets.ISO_8859_1));
        }
        return NONE;
    }

    static Directive in(String text) throws Refused {
        return in(text.toCharArray(), 0, text.length());
    }

    private static Directive parse(String text) throws Refused {
        int end = text.indexOf("]]");
        if (end < 0) {
            throw notUnderstood(text);
        }
        Draft draft = new Draft();
        for (String word : text.substring(OPENING.length(), end).strip().split("\\s+")) {
            if (!word.isEmpty()) {
                int equals = word.indexOf('=');
                draft.set(equals < 0 ? word : word.substring(0, equals),
                        equals < 0 ? null : word.substring(equals + 1));
            }
        }
        return draft.directive();
    }

    /** The keys as they are read. */
    private static final class Draft {
        private int tokens = NONE.tokens;
        private double firstTokenMillis = NONE.firstTokenMillis;
        private double tokenMillis = NONE.tokenMillis;
        private int reasoning = NONE.reasoning;
        private int toolCalls = NONE.toolCalls;
        private Fault fault = NONE.fault;
        private int after = NONE.after;
        private int retryAfter = NONE.retryAfter;
        private boolean echo;
        private boolean flagged;
        private boolean reset;
        private String wrong = NONE.wrong;
        private String location = NONE.location;

        // A directive with a typing error would make its test pass for the wrong reason, so it is refused.
        void set(String key, @Nullable String value) throws Refused {
            switch (key) {
                case "tokens" -> tokens = number(key, value);
                case "first-token-ms" -> firstTokenMillis = millis(key, value);
                case "token-ms" -> tokenMillis = millis(key, value);
                case "reasoning" -> reasoning = number(key, value);
                case "tool" -> toolCalls = value == null ? 1 : number(key, value);
                case "fault" -> fault = fault(value);
                case "after" -> after = number(key, value);
                case "retry-after" -> retryAfter = number(key, value);
                case "echo" -> echo = true;
                case "flagged" -> flagged = true;
                case "reset" -> reset = true;
                case "usage" -> wrong = text(key, value);
                case "to" -> location = text(key, value);
                default -> throw notUnderstood(key);
            }
        }

        Directive directive() {
            return new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault, after, retryAfter,
                    echo, flagged, reset, wrong, location);
        }
    }

    private static Fault fault(@Nullable String value) throws Refused {
        Fault fault = value == null ? null : Fault.named(value);
        if (fault == null) {
            throw notUnderstood("fault=" + value);
        }
        return fault;
    }

    private static String text(String key, @Nullable String value) throws Refused {
        if (value == null) {
            throw notUnderstood(key);
        }
        return value;
    }

    private static int number(String key, @Nullable String value) throws Refused {
        try {
            int number = value == null ? -1 : Integer.parseInt(value);
            if (number >= 0 && number <= 10_000_000) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one refusal below.
        }
        throw notUnderstood(key + "=" + value);
    }

    private static double millis(String key, @Nullable String value) throws Refused {
        try {
            double number = value == null ? -1 : Double.parseDouble(value);
            if (number >= 0 && number <= 600_000) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Falls through to the one refusal below.
        }
        throw notUnderstood(key + "=" + value);
    }

    private static Refused notUnderstood(String what) {
        String shown = what.length() > 60 ? what.substring(0, 60) + "…" : what;
        return new Refused(Problem.badRequest("The simulation does not understand the directive at `" + shown
                + "`. Write it as [[sim key=value …]] with the keys of the simulated engine's README.", "sim"));
    }
}
