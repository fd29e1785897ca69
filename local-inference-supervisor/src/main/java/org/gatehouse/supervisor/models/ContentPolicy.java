package org.gatehouse.supervisor.models;

/**
 * What becomes of files that run code when they are loaded.
 *
 * @param pickles pickled weights ({@code .bin}, {@code .pt}, {@code .pth}, {@code .ckpt}, {@code .pkl}, …)
 * @param code programs ({@code .py}, {@code .sh}, {@code .so}, …)
 */
public record ContentPolicy(Handling pickles, Handling code) {

    /** What to do with a file of such a kind. */
    public enum Handling {
        /** The import is refused and says why. */
        REFUSE,
        /** The file is left out; the rest is imported. */
        LEAVE_OUT,
        /** The file is taken like any other. */
        TAKE
    }

    /** Refuses both: the default. */
    public static ContentPolicy strict() {
        return new ContentPolicy(Handling.REFUSE, Handling.REFUSE);
    }

    /** Leaves both out: for repositories that carry the same weights in a safe form as well. */
    public static ContentPolicy safeFilesOnly() {
        return new ContentPolicy(Handling.LEAVE_OUT, Handling.LEAVE_OUT);
    }
}
