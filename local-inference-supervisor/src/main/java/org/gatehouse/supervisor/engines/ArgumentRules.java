package org.gatehouse.supervisor.engines;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import org.gatehouse.supervisor.engines.ArgumentProblem.Kind;

/**
 * Which extra arguments an engine may be given. Whatever is not listed is refused, abbreviations too: programs that parse with
 * argparse take {@code --trust-rem} for {@code --trust-remote-code}. Immutable.
 */
public final class ArgumentRules {
    private static final int MOST_ARGUMENTS = 100;
    private static final Pattern FLAG = Pattern.compile("--?[A-Za-z][A-Za-z0-9_.-]{0,63}");

    private final Map<String, Value> allowed;
    private final Map<String, String> owned;
    private final Map<String, String> dangerous;

    /** What an argument's value may be. */
    enum Value {
        /** It has none. */
        NONE(""),
        /** A whole number. */
        WHOLE("[0-9]{1,10}"),
        /** A number. */
        NUMBER("[0-9]{1,10}(?:\\.[0-9]{1,6})?"),
        /** A name, without any separator of paths or addresses. */
        NAME("[A-Za-z0-9][A-Za-z0-9_.,-]{0,99}"),
        /** A flat JSON object of names and numbers, names or truth values. */
        FLAT_JSON("\\{(?:\\s*\"\\w{1,40}\"\\s*:\\s*(?:\\d{1,10}|true|false|\"\\w{0,40}\")\\s*,?){0,16}\\s*\\}");

        private final Pattern pattern;

        Value(String regex) {
            this.pattern = Pattern.compile(regex);
        }

        boolean allows(String value) {
            return pattern.matcher(value).matches();
        }
    }

    private ArgumentRules(Map<String, Value> allowed, Map<String, String> owned, Map<String, String> dangerous) {
        this.allowed = Map.copyOf(allowed);
        this.owned = Map.copyOf(owned);
        this.dangerous = Map.copyOf(dangerous);
    }

    /** Collects rules. Used by one thread. */
    static final class Builder {
        private final Map<String, Value> allowed = new HashMap<>();
        private final Map<String, String> owned = new HashMap<>();
        private final Map<String, String> dangerous = new HashMap<>();

        Builder allow(Value value, String... flags) {
            for (String flag : flags) {
                allowed.put(flag, value);
            }
            return this;
        }

        /** Flags that the deployment sets, and which of its fields to use instead. */
        Builder own(String field, String... flags) {
            for (String flag : flags) {
                owned.put(flag, field);
            }
            return this;
        }

        /** Flags that are never given, and what they would do. */
        Builder never(String reason, String... flags) {
            for (String flag : flags) {
                dangerous.put(flag, reason);
            }
            return this;
        }

        ArgumentRules build() {
            return new ArgumentRules(allowed, owned, dangerous);
        }
    }

    /** The flags that may be given. */
    public Set<String> flags() {
        return allowed.keySet();
    }

    /**
     * Checks arguments, each {@code --flag}, {@code --flag=value}, or {@code --flag} and {@code value} as two elements.
     *
     * @return the arguments in the last of these forms, or the first problem
     */
    public ArgumentCheck check(List<String> arguments) {
        if (arguments.size() > MOST_ARGUMENTS) {
            return refused(Kind.TOO_MANY, arguments.getLast(),
                    "There are " + arguments.size() + " extra arguments: give at most " + MOST_ARGUMENTS + ".");
        }
        List<String> accepted = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int index = 0; index < arguments.size(); index++) {
            String argument = arguments.get(index);
            int equals = argument.indexOf('=');
            String flag = equals < 0 ? argument : argument.substring(0, equals);
            Optional<ArgumentCheck> objection = objection(flag, seen);
            if (objection.isPresent()) {
                return objection.get();
            }
            accepted.add(flag);
            Value expected = allowed.getOrDefault(flag, Value.NONE);
            boolean follows = index + 1 < arguments.size() && !arguments.get(index + 1).startsWith("-");
            if (expected == Value.NONE) {
                if (equals >= 0 || follows) {
                    return refused(Kind.VALUE_WRONG, flag, "The argument " + flag + " has no value: leave it out.");
                }
                continue;
            }
            if (equals < 0 && !follows) {
                return refused(Kind.VALUE_MISSING, flag, "The argument " + flag + " needs a value behind it.");
            }
            String value = equals >= 0 ? argument.substring(equals + 1) : arguments.get(++index);
            if (!expected.allows(value)) {
                return refused(Kind.VALUE_WRONG, flag, "The argument " + flag + " cannot have the value \""
                        + ArgumentProblem.shortened(value) + "\": it takes " + describe(expected) + ".");
            }
            accepted.add(value);
        }
        return new ArgumentCheck.Accepted(accepted);
    }

    private Optional<ArgumentCheck> objection(String flag, Set<String> seen) {
        if (!FLAG.matcher(flag).matches()) {
            return Optional.of(refused(Kind.NOT_A_FLAG, flag, "\"" + ArgumentProblem.shortened(flag)
                    + "\" is no argument: each begins with -- and a letter."));
        }
        String reason = dangerous.get(flag);
        if (reason != null) {
            return Optional.of(refused(Kind.DANGEROUS, flag,
                    "The argument " + flag + " is never given to an engine, because it " + reason + "."));
        }
        String field = owned.get(flag);
        if (field != null) {
            return Optional.of(refused(Kind.OWNED, flag,
                    "The argument " + flag + " is set by the deployment itself: use its " + field + "."));
        }
        if (!allowed.containsKey(flag)) {
            return Optional.of(refused(Kind.UNKNOWN, flag, "The argument " + flag
                    + " is not on the list of arguments that may be given: see the engine's list, or leave it out."));
        }
        return seen.add(flag)
                ? Optional.empty()
                : Optional.of(refused(Kind.TWICE, flag, "The argument " + flag + " stands there twice: keep one."));
    }

    private static String describe(Value value) {
        return switch (value) {
            case NONE -> "no value";
            case WHOLE -> "a whole number";
            case NUMBER -> "a number";
            case NAME -> "a name of letters, digits and . _ , -";
            case FLAT_JSON -> "a flat JSON object of numbers, names and truth values";
        };
    }

    private static ArgumentCheck refused(Kind kind, String argument, String message) {
        return new ArgumentCheck.Refused(new ArgumentProblem(kind, argument, message));
    }
}
