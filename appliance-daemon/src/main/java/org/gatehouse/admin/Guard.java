package org.gatehouse.admin;

import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.User;
import org.gatehouse.identity.Session;
import org.gatehouse.identity.Sessions;
import org.gatehouse.setup.Claims;

/**
 * Decides who calls and whether they may, from the credentials of a request: a token with each request, or the cookie of
 * a session. What is not granted is refused. Thread-safe.
 */
final class Guard {
    private static final String SCHEME = "bearer ";

    private final AdminTokens tokens;
    private final ApiTokens programs;
    private final Sessions sessions;
    private final Claims claims;
    private final Noun<User, ?> users;
    private final AdminTrail trail;
    private final FailureThrottle throttle;
    private final Clock clock;
    private final Supplier<UUID> ids;

    Guard(AdminTokens tokens, ApiTokens programs, Sessions sessions, Claims claims, Noun<User, ?> users,
            AdminTrail trail, Clock clock,
            LongSupplier nanoTime, Supplier<UUID> ids) {
        this.tokens = tokens;
        this.programs = programs;
        this.sessions = sessions;
        this.claims = claims;
        this.users = users;
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

    /** Who somebody turned out to be. */
    private sealed interface Caller {

        record Known(Identity identity) implements Caller {}

        /** Brought nothing. */
        record Stranger() implements Caller {}

        /** Brought a token that is none. */
        record Wrong() implements Caller {}

        /** Brought a cookie whose session has ended. */
        record Gone() implements Caller {}

        /** Brought what opened the set-up once. */
        record Superseded(Claims.Standing standing) implements Caller {}

        /** Brought a good cookie with a request that another site may have sent. */
        record Forged() implements Caller {}
    }

    /**
     * Decides about a request.
     *
     * @param operation what is asked for; {@code null} for something that there is not
     */
    Decision decide(@Nullable Operation operation, Arrival arrival) {
        Permission needed = operation == null ? Permission.SIGNED_IN : operation.permission();
        Caller caller = caller(arrival);
        if (needed == Permission.NONE) {
            return new Decision.Granted(caller instanceof Caller.Known(Identity identity)
                    ? identity
                    : Identity.stranger(stranger(arrival)));
        }
        return switch (caller) {
            case Caller.Known(Identity identity) -> permit(operation, needed, identity);
            case Caller.Wrong() -> new Decision.Denied(deny(true, arrival));
            // The console asks who it is before anybody has signed in: nobody tries to get in by that.
            case Caller.Stranger() -> new Decision.Denied(
                    needed == Permission.SIGNED_IN && arrival.authorization() == null && operation != null
                            ? Problem.unauthenticated()
                            : deny(false, arrival));
            case Caller.Gone() -> new Decision.Denied(Problem.sessionEnded());
            case Caller.Superseded(Claims.Standing standing) ->
                new Decision.Denied(superseded(standing, arrival));
            case Caller.Forged() -> new Decision.Denied(Problem.forged());
        };
    }

    private Decision permit(@Nullable Operation operation, Permission needed, Identity identity) {
        if (!identity.may(needed)) {
            return new Decision.Denied(Problem.forbidden(needed));
        }
        if (operation == null) {
            return new Decision.Granted(identity);
        }
        boolean limited = !identity.mayEverywhere(needed);
        if (limited && operation.reaching() == Operation.Reaching.REFUSED) {
            return new Decision.Denied(Problem.outOfReach());
        }
        if (operation.proof() == Operation.Proof.NO_PROGRAM && identity.apiToken() != null) {
            return new Decision.Denied(Problem.byNoProgram());
        }
        Session session = identity.session();
        if (operation.recent() && session != null && !sessions.isRecent(session)) {
            return new Decision.Denied(Problem.confirm());
        }
        return new Decision.Granted(identity);
    }

    private Caller caller(Arrival arrival) {
        String authorization = arrival.authorization();
        if (authorization != null) {
            if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                return new Caller.Stranger();
            }
            String token = authorization.substring(SCHEME.length()).strip();
            if (token.startsWith(Claims.TOKEN_PREFIX)) {
                return ofSetUp(claims.ofToken(token), arrival);
            }
            if (token.startsWith(ApiTokens.PREFIX)) {
                return programs.find(token)
                        .<Caller>map(known -> new Caller.Known(Identity.of(new Actor(Actor.Type.TOKEN, known.name(),
                                arrival.address(), arrival.requestId()), known)))
                        .orElseGet(Caller.Wrong::new);
            }
            return tokens.nameOf(token)
                    .<Caller>map(name -> new Caller.Known(
                            Identity.almighty(new Actor(Actor.Type.TOKEN, name, arrival.address(),
                                    arrival.requestId()))))
                    .orElseGet(Caller.Wrong::new);
        }
        String cookie = arrival.cookie();
        if (cookie == null || arrival.isSafe() && arrival.isOfAnotherSite()) {
            return new Caller.Stranger();
        }
        Optional<Session> session = sessions.find(cookie);
        String name = session.map(Session::tokenName).orElse(null);
        if (name != null && Claims.isOfSetUp(name)) {
            return !arrival.isSafe() && arrival.mayBeForged()
                    ? new Caller.Forged()
                    : ofSetUp(claims.ofSession(name), arrival);
        }
        Optional<Identity> identity = session.flatMap(known -> identity(known, arrival));
        if (identity.isEmpty()) {
            return new Caller.Gone();
        }
        return !arrival.isSafe() && arrival.mayBeForged()
                ? new Caller.Forged()
                : new Caller.Known(identity.get());
    }

    /**
     * Whoever holds the claim may do everything, and showed why just as the holder of an admin token did: their session is
     * not looked at for how recent it is.
     */
    private static Caller ofSetUp(Claims.Standing standing, Arrival arrival) {
        return standing == Claims.Standing.HOLDS
                ? new Caller.Known(Identity.almighty(
                        new Actor(Actor.Type.TOKEN, Claims.HOLDER, arrival.address(), arrival.requestId())))
                : new Caller.Superseded(standing);
    }

    private Problem superseded(Claims.Standing standing, Arrival arrival) {
        long wait = throttle.failed(arrival.address());
        return wait > 0
                ? Problem.throttled(wait)
                : standing == Claims.Standing.FINISHED ? Problem.setUpFinished() : Problem.takenOver();
    }

    /** Looks at the user each time: a role that is taken away, and a user who is switched off, are so at once. */
    private Optional<Identity> identity(Session session, Arrival arrival) {
        String token = session.tokenName();
        if (token != null) {
            return tokens.isName(token)
                    ? Optional.of(Identity.almighty(
                            new Actor(Actor.Type.TOKEN, token, arrival.address(), arrival.requestId()), session))
                    : Optional.empty();
        }
        UUID id = session.user();
        return id == null
                ? Optional.empty()
                : users.find(id).filter(user -> user.active() && !user.roles().isEmpty())
                        .map(user -> Identity.of(new Actor(Actor.Type.USER, user.name(), arrival.address(),
                                arrival.requestId()), user, session));
    }

    /** Who somebody is now who was let in a while ago; empty when they would not be let in any more. Counts as no use of the session. */
    Optional<Identity> again(Identity before, Arrival arrival) {
        Session session = before.session();
        if (session != null) {
            return sessions.peek(session.id()).flatMap(open -> identity(open, arrival));
        }
        return caller(arrival) instanceof Caller.Known(Identity now) ? Optional.of(now) : Optional.empty();
    }

    /** Somebody tried a token that is none, in the body of a request. */
    Problem wrongToken(Arrival arrival) {
        return deny(true, arrival);
    }

    private Problem deny(boolean presented, Arrival arrival) {
        long wait = throttle.failed(arrival.address());
        if (wait > 0) {
            return Problem.throttled(wait);
        }
        trail.append(stranger(arrival).did(ids.get(), clock.instant(), "refuse", "session",
                presented ? "wrong admin token" : "no admin token", null, null));
        return Problem.unauthenticated();
    }

    private static Actor stranger(Arrival arrival) {
        return new Actor(Actor.Type.SYSTEM, "anybody", arrival.address(), arrival.requestId());
    }
}
