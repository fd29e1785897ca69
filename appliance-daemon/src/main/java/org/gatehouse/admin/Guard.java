package org.gatehouse.admin;

import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;

/** Decides who calls and what they may do, from the credentials of a request. Thread-safe. */
final class Guard {
    private static final String SCHEME = "bearer ";

    private final AdminTokens tokens;
    private final AdminTrail trail;
    private final FailureThrottle throttle;
    private final Clock clock;
    private final Supplier<UUID> ids;

    Guard(AdminTokens tokens, AdminTrail trail, Clock clock, LongSupplier nanoTime, Supplier<UUID> ids) {
        this.tokens = tokens;
        this.trail = trail;
        this.throttle = new FailureThrottle(nanoTime);
        this.clock = clock;
        this.ids = ids;
    }

    /** What was decided. */
    sealed interface Decision {

        /** Come in. */
        record Granted(Identity identity) implements Decision {}

        /** Stay out. */
        record Denied(Problem problem) implements Decision {}
    }

    /** Decides about a request to an operation that needs a permission. */
    Decision decide(Permission needed, Optional<String> authorization, String address, String requestId) {
        if (needed == Permission.NONE) {
            return new Decision.Granted(new Identity(
                    new Actor(Actor.Type.SYSTEM, "anybody", address, requestId), java.util.Set.of()));
        }
        Optional<String> token = authorization
                .filter(header -> header.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
                .map(header -> header.substring(SCHEME.length()).strip());
        Optional<String> name = token.flatMap(tokens::nameOf);
        if (name.isEmpty()) {
            return new Decision.Denied(deny(token.isPresent(), address, requestId));
        }
        Identity identity = Identity.almighty(new Actor(Actor.Type.TOKEN, name.get(), address, requestId));
        return identity.may(needed)
                ? new Decision.Granted(identity)
                : new Decision.Denied(Problem.forbidden(needed));
    }

    private Problem deny(boolean presented, String address, String requestId) {
        long wait = throttle.failed(address);
        if (wait > 0) {
            return Problem.throttled(wait);
        }
        Actor stranger = new Actor(Actor.Type.SYSTEM, "anybody", address, requestId);
        trail.append(stranger.did(ids.get(), clock.instant(), "refuse", "session",
                presented ? "wrong admin token" : "no admin token", null, null));
        return Problem.unauthenticated();
    }
}
