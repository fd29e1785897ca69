package org.gatehouse.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** A mode's options, written {@code --name value}. Immutable. Every method throws {@link UsageException}. */
final class Arguments {
    private final Map<String, List<String>> values;
    private final List<String> command;

    private Arguments(Map<String, List<String>> values, List<String> command) {
        this.values = values;
        this.command = command;
    }

    /**
     * Reads the options.
     *
     * @param known the names that the mode understands, without dashes
     */
    static Arguments parse(List<String> words, Set<String> known) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            String word = words.get(i);
            if (word.equals("--")) {
                return new Arguments(values, List.copyOf(words.subList(i + 1, words.size())));
            }
            if (!word.startsWith("--") || !known.contains(word.substring(2))) {
                throw new UsageException("'" + word + "' is not an option here: use --"
                        + String.join(", --", known.stream().sorted().toList()));
            }
            if (i + 1 == words.size()) {
                throw new UsageException(word + " needs a value after it");
            }
            values.computeIfAbsent(word.substring(2), _ -> new ArrayList<>()).add(words.get(i + 1));
        }
        return new Arguments(values, List.of());
    }

    /** The words after {@code --}. */
    List<String> command() {
        return command;
    }

    /** The option's last value, or {@code null}. */
    @Nullable
    String optional(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.getLast();
    }

    String text(String name, String fallback) {
        String value = optional(name);
        return value == null ? fallback : value;
    }

    String required(String name) {
        String value = optional(name);
        if (value == null) {
            throw new UsageException("--" + name + " is missing");
        }
        return value;
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    boolean isOn(String name) {
        return "true".equals(optional(name));
    }

    int count(String name, int fallback, int least, int most) {
        return (int) number(name, fallback, least, most);
    }

    double number(String name, double fallback, double least, double most) {
        String value = optional(name);
        if (value == null) {
            return fallback;
        }
        try {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, together with the range.
        }
        throw new UsageException("--" + name + " " + value + " is not a number from " + least + " to " + most);
    }

    /** Seconds as nanoseconds. */
    long nanos(String name, double fallbackSeconds) {
        return (long) (number(name, fallbackSeconds, 0, 3_600) * 1e9);
    }

    /** Options written {@code --label name=value}, in their order. */
    Map<String, String> pairs(String name) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : all(name)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--" + name + " " + pair + " must be written name=value");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }

    /** The target of the calls: {@code --url}, with {@code --key} or the first line of {@code --key-file}. */
    Target target(String fallbackPath) throws IOException {
        String key = optional("key");
        String file = optional("key-file");
        if (key == null && file != null) {
            key = Files.readAllLines(Path.of(file)).getFirst().strip();
        }
        return Target.parse(required("url"), fallbackPath, key);
    }

    /**
     * The JSON body: the content of {@code --body}, or a chat request of {@code --model}, {@code --prompt},
     * {@code --max-tokens} and the simulated engine's pace ({@code --tokens}, {@code --token-ms}, {@code --first-ms}).
     */
    String body(boolean stream) throws IOException {
        return body(Dialect.CHAT, stream);
    }

    /** The same as this dialect says it. */
    String body(Dialect dialect, boolean stream) throws IOException {
        String file = optional("body");
        if (file != null) {
            return Files.readString(Path.of(file)).strip();
        }
        String directive = RequestTemplate.directive(count("tokens", 16, 0, 1_000_000),
                number("token-ms", 0, 0, 60_000), number("first-ms", 0, 0, 60_000));
        String prompt = text("prompt", "Say something about gate houses.");
        return dialect.request(text("model", "bench"), prompt + " " + directive,
                count("max-tokens", 0, 0, 1_000_000), stream);
    }

    /** The options that {@link #target} and {@link #body} read, and those of every mode that watches processes. */
    static Set<String> withCommon(String... own) {
        List<String> names = new ArrayList<>(List.of("url", "key", "key-file", "body", "model", "prompt", "max-tokens",
                "tokens", "token-ms", "first-ms", "watch", "label", "timeout"));
        names.addAll(List.of(own));
        return Set.copyOf(names);
    }
}
