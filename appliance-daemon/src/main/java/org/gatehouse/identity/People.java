package org.gatehouse.identity;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Governance;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;

/**
 * Everything about people that other rooms call. Immutable.
 *
 * @param sessions who is signed in
 * @param breakGlass the way in when no identity provider answers
 * @param signOn the way in through identity providers
 * @param provisioning what providers tell of joiners and leavers
 */
public record People(Sessions sessions, BreakGlass breakGlass, SignOn signOn, Provisioning provisioning) {

    /**
     * Over a store.
     *
     * @param client for asking sign-on providers
     * @param nanoTime a clock that never jumps
     */
    public static People open(Database database, SecretBox secrets, Governance governance, AdminTrail trail,
            UpstreamClient client, Clock clock, LongSupplier nanoTime, Supplier<UUID> ids, SecureRandom random) {
        Sessions sessions = new Sessions(database, secrets, clock, ids, random);
        Notes notes = new Notes(trail, clock, ids);
        LoginThrottle throttle = new LoginThrottle(nanoTime);
        Accounts accounts = new Accounts(database, governance);
        return new People(sessions,
                new BreakGlass(database, secrets, governance.users(), notes, clock, throttle, random),
                new SignOn(governance, secrets, sessions, accounts, notes, throttle, new LoginThrottle(nanoTime),
                        new Saml(new UsedAssertions(database, clock), clock), client, clock, random),
                new Provisioning(database, governance, sessions, accounts, notes, ids, random));
    }
}
