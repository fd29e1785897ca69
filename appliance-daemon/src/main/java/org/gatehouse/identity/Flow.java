package org.gatehouse.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;
import org.gatehouse.store.StoreFailure;

/**
 * A sign-on that is under way. The browser keeps it, sealed, so that the box keeps nothing of strangers, and any box of a
 * fleet can go on with it. Immutable.
 *
 * @param verifier what proves to the provider that whoever began also ends it (PKCE, RFC 7636)
 * @param careful whether the provider was told to ask for the password again
 * @param former the session that the browser had when it began, to be ended; {@code null} for none. A browser does not
 *        say when a page of the provider posts the answer
 * @param test whether nobody comes in by it: it only shows who would, and as what
 */
record Flow(@About("The provider.") UUID provider, @About("What the answer must hold.") String state,
        @About("What the token must hold.") String nonce, @About("The PKCE verifier.") String verifier,
        @About("Where to go on.") String returnTo, @About("Where the answer comes to.") String redirect,
        @About("Whether to ask again.") boolean careful, @About("When it began.") Instant at,
        @About("The session that the browser had then.") @Nullable UUID former,
        @About(value = "Whether it only shows who would come in, and as what.", fallback = "false") boolean test) {

    /** How long somebody may take to find their telephone. */
    static final Duration LONGEST = Duration.ofMinutes(10);
    private static final SecretPlace PLACE = new SecretPlace("sign_on", "flow", "cookie");
    private static final int LONGEST_TEXT = 4_000;

    String sealed(SecretBox secrets) {
        return Base64.getUrlEncoder().withoutPadding()
                .encodeToString(secrets.sealText(PLACE, Json.text(Json.tree(this))));
    }

    /** What a browser brought, if the box sealed it and not too long ago. */
    static Optional<Flow> open(String cookie, SecretBox secrets, Instant now) {
        if (cookie.length() > LONGEST_TEXT) {
            return Optional.empty();
        }
        try {
            Flow flow = Json.trusted(secrets.openText(PLACE, Base64.getUrlDecoder().decode(cookie)), Flow.class);
            return Optional.of(flow).filter(one -> now.isBefore(one.at.plus(LONGEST)));
        } catch (IllegalArgumentException | StoreFailure _) {
            return Optional.empty();
        }
    }

    /**
     * A path on this box to go on at, whatever was asked for: no other host's, however it is written. Browsers take a
     * backslash for a slash, and drop tabs and line breaks.
     */
    static String local(String wanted) {
        boolean plain = wanted.length() <= 500 && wanted.matches("/[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*");
        return plain && !wanted.startsWith("//") ? wanted : "/console/";
    }

    @Override
    public String toString() {
        return "Flow[" + provider + "]";
    }
}
