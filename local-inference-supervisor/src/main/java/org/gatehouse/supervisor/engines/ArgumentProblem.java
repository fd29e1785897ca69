package org.gatehouse.supervisor.engines;

import java.util.Objects;

/**
 * Why an order's arguments are refused. Immutable.
 *
 * @param kind the class of problem, for programs
 * @param argument which one, cut to 100 characters
 * @param message what is wrong and what to do
 */
public record ArgumentProblem(Kind kind, String argument, String message) {
    private static final int LONGEST = 100;

    /** What can be wrong with an argument. */
    public enum Kind {
        /** It is not on the list of what may be given. */
        UNKNOWN,
        /** It would run foreign code, open a door, or write prompts into logs. */
        DANGEROUS,
        /** The deployment sets it itself. */
        OWNED,
        /** It needs a value. */
        VALUE_MISSING,
        /** Its value cannot be. */
        VALUE_WRONG,
        /** It stands there twice. */
        TWICE,
        /** It is no flag. */
        NOT_A_FLAG,
        /** There are too many. */
        TOO_MANY,
        /** The order asks for what this engine, release or address cannot do. */
        IMPOSSIBLE
    }

    /** Cuts the argument to its bound. */
    public ArgumentProblem {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
        argument = shortened(argument);
    }

    static String shortened(String argument) {
        String printable = argument.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > LONGEST ? printable.substring(0, LONGEST) + "…" : printable;
    }
}
