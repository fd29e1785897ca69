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
        Directive directive = NONE;
        for (String word : text.substring(OPENING.length(), end).strip().split("\\s+")) {
            if (!word.isEmpty()) {
                int equals = word.indexOf('=');
                directive = equals < 0
                        ? directive.with(word, null)
                        : directive.with(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return directive;
    }

    // A directive with a typing error would make its test pass for the wrong reason, so it is refused.
    private Directive with(String key, @Nullable String value) throws Refused {
        return switch (key) {
            case "tokens" -> new Directive(number(key, value), firstTokenMillis, tokenMillis, reasoning, toolCalls,
                    fault, after, retryAfter, echo, flagged, reset, wrong, location);
            case "first-token-ms" -> new Directive(tokens, millis(key, value), tokenMillis, reasoning, toolCalls, fault,
                    after, retryAfter, echo, flagged, reset, wrong, location);
            case "token-ms" -> new Directive(tokens, firstTokenMillis, millis(key, value), reasoning, toolCalls, fault,
                    after, retryAfter, echo, flagged, reset, wrong, location);
            case "reasoning" -> new Directive(tokens, firstTokenMillis, tokenMillis, number(key, value), toolCalls,
                    fault, after, retryAfter, echo, flagged, reset, wrong, location);
            case "tool" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning,
                    value == null ? 1 : number(key, value), fault, after, retryAfter, echo, flagged, reset, wrong,
                    location);
            case "fault" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault(value),
                    after, retryAfter, echo, flagged, reset, wrong, location);
            case "after" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault,
                    number(key, value), retryAfter, echo, flagged, reset, wrong, location);
            case "retry-after" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault,
                    after, number(key, value), echo, flagged, reset, wrong, location);
            case "echo" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault, after,
                    retryAfter, true, flagged, reset, wrong, location);
            case "flagged" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault, after,
                    retryAfter, echo, true, reset, wrong, location);
            case "reset" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault, after,
                    retryAfter, echo, flagged, true, wrong, location);
            case "usage" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault, after,
                    retryAfter, echo, flagged, reset, text(key, value), location);
            case "to" -> new Directive(tokens, firstTokenMillis, tokenMillis, reasoning, toolCalls, fault, after,
                    retryAfter, echo, flagged, reset, wrong, text(key, value));
            default -> throw notUnderstood(key);
        };
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
