package org.gatehouse.gateway.protocol;

/** A provider's answer that is none. The message says in half a sentence what it did, such as {@code sent broken JSON}. */
public final class BrokenAnswerException extends Exception {

    private static final long serialVersionUID = 1;

    /** Takes what the provider did. */
    public BrokenAnswerException(String what) {
        super(what);
    }

    /** Takes what the provider did and what showed it. */
    public BrokenAnswerException(String what, Throwable cause) {
        super(what, cause);
    }
}
