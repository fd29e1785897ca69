package org.gatehouse.simulated.providers;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** What a message asks of the simulation itself: {@code [[sim key=value …]]}. Immutable. */
final class Directive {
    static final Directive NONE = new Directive(Map.of());
    private static final Pattern FORM = Pattern.compile("\\[\\[sim\\b([^\\]]*)\\]\\]");
    private static final Set<String> COUNTS = Set.of("tokens", "thinking", "cached", "after", "retry-after",
            "first-token-ms", "token-ms");
    private static final Set<String> WORDS = Set.of("tool", "tools", "echo", "finish", "flagged", "failure");
    private static final int MOST = 1_000_000;

    private final Map<String, String> words;

    private Directive(Map<String, String> words) {
        this.words = words;
    }

    /** The directive in a text, or {@link #NONE}; an unknown key or a bad value is refused. */
    static Directive in(String text) {
        if (!text.contains("[[sim")) {
            return NONE;
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.find()) {
            return NONE;
        }
        Map<String, String> words = new HashMap<>();
        for (String part : matcher.group(1).strip().split("\\s+")) {
            if (!part.isEmpty()) {
                int equals = part.indexOf('=');
                put(words, equals < 0 ? part : part.substring(0, equals),
                        equals < 0 ? "" : part.substring(equals + 1));
            }
        }
        return new Directive(Map.copyOf(words));
    }

    private static void put(Map<String, String> words, String key, String value) {
        try {
            if (COUNTS.contains(key)) {
                double number = Double.parseDouble(value);
                if (number < 0 || number > MOST || (number != Math.rint(number) && !key.endsWith("-ms"))) {
                    throw new IllegalArgumentException("a count is 0 to " + MOST);
                }
            } else if (key.equals("error") || key.equals("fault") || key.equals("failure")) {
                Failure.of(value.toLowerCase(Locale.ROOT));
                words.put("failure", value.toLowerCase(Locale.ROOT));
                return;
            } else if (!WORDS.contains(key)) {
                throw Refused.invalid("[simulated] There is no directive \"" + key
                        + "\"; the README of the simulated providers lists them.");
            }
        } catch (IllegalArgumentException e) {
            throw Refused.invalid("[simulated] The directive \"" + key + "\" does not take \"" + value + "\": "
                    + e.getMessage());
        }
        words.put(key.equals("tools") ? "tool" : key, value);
    }

    /** The text without its directive. */
    static String without(String text) {
        return text.contains("[[sim") ? FORM.matcher(text).replaceAll("").strip() : text;
    }

    boolean has(String key) {
        return words.containsKey(key);
    }

    @Nullable
    String word(String key) {
        String value = words.get(key);
        return value == null || value.isEmpty() ? null : value;
    }

    int count(String key, int otherwise) {
        String value = words.get(key);
        return value == null ? otherwise : (int) Double.parseDouble(value);
    }

    double millis(String key, double otherwise) {
        String value = words.get(key);
        return value == null ? otherwise : Double.parseDouble(value);
    }

    /** How many tools are to be called; 0 when none was asked for. */
    int toolCalls() {
        String value = words.get("tool");
        if (value == null) {
            return 0;
        }
        return isNumber(value) ? Integer.parseInt(value) : 1;
    }

    /** Which tool is to be called; null for the offered ones in turn. */
    @Nullable
    String toolName() {
        String value = word("tool");
        return value == null || isNumber(value) ? null : value;
    }

    @Nullable
    Failure failure() {
        String value = words.get("failure");
        return value == null ? null : Failure.of(value);
    }

    private static boolean isNumber(String value) {
        return !value.isEmpty() && value.length() < 4 && value.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
