package org.gatehouse.identity;

import java.util.Locale;

/** Why somebody could not sign on with a provider: in the trail, in the log, and as a word in the browser's address. */
public enum SignOnProblem {
    /** There is no such provider, or it is switched off. */
    NO_PROVIDER("There is no sign-on provider of that name, or it is switched off."),
    /** The browser brings no sign-on that is under way, or one of another provider. */
    NOT_BEGUN("This browser began no sign-on here, or it took too long. Begin again."),
    /** The answer belongs to another sign-on than the one that this browser began (RFC 6749 10.12). */
    STATE("The answer does not belong to the sign-on that this browser began. Begin again."),
    /** The provider says no. */
    REFUSED_BY_PROVIDER("The provider refused. Its own page or its log says why."),
    /** The provider, or a part of it, does not answer. */
    UNREACHABLE("The provider does not answer. Try again in a while; an administrator can test it."),
    /** The provider lives where the box may not call. */
    FORBIDDEN_ADDRESS("The provider lives on a private address, which its settings do not allow."),
    /** The provider answers what it should not. */
    BAD_ANSWER("The provider's answer can't be understood. An administrator can test it."),
    /** The answer was made for another provider (RFC 9207). */
    MIX_UP("The answer came from another provider than the one that was asked."),
    /** The token is not signed. */
    UNSIGNED("The provider's token is not signed."),
    /** The token is signed in a way that proves nothing here. */
    ALGORITHM("The provider's token is signed with an algorithm that is not accepted."),
    /** The token's signature is wrong, or by a key that is not the provider's. */
    SIGNATURE("The provider's token is not signed by the provider, or was changed."),
    /** The token is another provider's. */
    ISSUER("The token is another provider's."),
    /** The token is for somebody else. */
    AUDIENCE("The token is meant for another application."),
    /** The answer is for another address. */
    RECIPIENT("The provider's answer is meant for another address."),
    /** The answer is encrypted. */
    ENCRYPTED("The provider encrypts its assertions, which this box does not read. Have that switched off there."),
    /** The token belongs to another sign-on. */
    NONCE("The token belongs to another sign-on."),
    /** The token has ended. */
    EXPIRED("The token has expired. If this happens each time, a clock is wrong."),
    /** The token begins later. */
    FROM_THE_FUTURE("The token is not valid yet: the provider's or the box's clock is wrong."),
    /** The token was used before. */
    REPLAYED("The provider's answer was used before. Begin again."),
    /** The provider did not ask the user for a password although it was told to. */
    NOT_RECENT("The provider did not ask again who you are, which was needed."),
    /** They are known and may nothing here. */
    NO_ACCESS("You are known, and have no role on this box or were switched off. Ask an administrator.");

    private final String message;

    SignOnProblem(String message) {
        this.message = message;
    }

    /** What happened and what to do. */
    public String message() {
        return message;
    }

    /** The word in addresses and in the trail. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Unwinds a sign-on that can't go on; never leaves this room. */
    static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;
        private final SignOnProblem problem;

        Stopped(SignOnProblem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }

        /**
         * The same with what is for the log only.
         *
         * @param cause without secrets
         */
        Stopped(SignOnProblem problem, Throwable cause) {
            super(problem.message(), cause);
            this.problem = problem;
        }

        SignOnProblem problem() {
            return problem;
        }
    }
}
