package org.gatehouse.identity;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who is signed in. Immutable.
 *
 * @param id names it to admins; opens nothing
 * @param user who it is; {@code null} for the holder of an admin token
 * @param tokenName the admin token's name; {@code null} for a user
 * @param provider the identity provider that vouched; {@code null} for none
 * @param address from where it was opened
 * @param agent what the browser calls itself, shortened
 * @param authenticatedAt when they last showed who they are
 * @param seenAt when they were last here, a minute late at most
 * @param idleEnd when it ends unless they come back before
 * @param end when it ends in any case
 */
public record Session(UUID id, @Nullable UUID user, @Nullable String tokenName, Way way, @Nullable UUID provider,
        String address, String agent, Instant createdAt, Instant authenticatedAt, Instant seenAt, Instant idleEnd,
        Instant end) {

    /** How somebody signed in. */
    public enum Way {
        /** With an admin token. */
        TOKEN,
        /** With a password of the box's own and a code. */
        BREAK_GLASS,
        /** An identity provider vouched. */
        PROVIDER
    }

    /**
     * Who opens a session, and from where.
     *
     * @param providerSession what the provider calls its session, to be told of its end; {@code null} when it did not say
     * @param providerSubject what the provider calls the user; {@code null} without a provider
     * @param authenticatedAt when they showed who they are; {@code null} for now
     * @param hint what the provider wants to see to end its own session; {@code null} for nothing
     */
    public record Opening(@Nullable UUID user, @Nullable String tokenName, Way way, @Nullable UUID provider,
            @Nullable String providerSession, @Nullable String providerSubject, String address, String agent,
            @Nullable Instant authenticatedAt, @Nullable String hint) {

        /** The holder of an admin token. */
        public static Opening withToken(String tokenName, String address, String agent) {
            return new Opening(null, tokenName, Way.TOKEN, null, null, null, address, agent, null, null);
        }

        /** A user with a password of the box's own. */
        public static Opening breakGlass(UUID user, String address, String agent) {
            return new Opening(user, null, Way.BREAK_GLASS, null, null, null, address, agent, null, null);
        }
    }

    /**
     * A session that was opened, with what the browser keeps of it: shown nowhere else.
     *
     * @param cookie 256 random bits as 43 characters
     */
    public record Opened(Session session, String cookie) {

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "Opened[" + session.id() + "]";
        }
    }
}
