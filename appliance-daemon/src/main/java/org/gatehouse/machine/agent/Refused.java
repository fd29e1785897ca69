package org.gatehouse.machine.agent;

/** The agent did not do what it was asked for, and everything is as it was. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    /**
     * Why.
     *
     * @param code for programs, such as {@code bundle_untrusted}
     * @param message for people: what is wrong, and what to do
     */
    public Refused(String code, String message) {
        super(message);
        this.code = code;
    }

    /** For programs. */
    public String code() {
        return code;
    }

    /** For people. */
    public String message() {
        return java.util.Objects.requireNonNull(getMessage());
    }
}
