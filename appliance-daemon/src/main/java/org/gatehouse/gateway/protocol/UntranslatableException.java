package org.gatehouse.gateway.protocol;

import org.jspecify.annotations.Nullable;

/** A request that is wrong, or that the target's protocol cannot say. The message tells the caller what to do. */
public final class UntranslatableException extends Exception {

    private static final long serialVersionUID = 1;

    private final @Nullable String param;

    /**
     * Takes the message for the caller: what, where, what to do.
     *
     * @param param the field at fault in the client's own words, such as {@code messages[2].content}
     */
    public UntranslatableException(@Nullable String param, String message) {
        super(message);
        this.param = param;
    }

    /** The field at fault. */
    public @Nullable String param() {
        return param;
    }
}
