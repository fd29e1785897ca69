package org.gatehouse.identity;

import java.lang.System.Logger.Level;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.SigningKeys;
import org.gatehouse.governance.snapshot.TokenIssuer;

/**
 * Fetches the public keys of the issuers whose access tokens programs may bring, in the background: no call ever waits for
 * an issuer. Asked every ten minutes, again soon when a token names a key that is not known, and at most every half a
 * minute. While an issuer does not answer its last keys hold for a day. Thread-safe.
 */
public final class IssuerKeys implements SigningKeys, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(IssuerKeys.class.getName());
    private static final long EVERY = Duration.ofMinutes(10).toNanos();
    private static final long SOON = Duration.ofSeconds(30).toNanos();
    private static final long LONGEST = Duration.ofDays(1).toNanos();
    private static final long LOOK_SECONDS = 5;

    private final UpstreamClient client;
    private final LongSupplier nanoTime;
    private final Map<TokenIssuer, Known> known = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wanted = lock.newCondition();
    private final Thread keeper;
    private volatile Set<TokenIssuer> issuers = Set.of();

    /** What is known of an issuer. */
    private static final class Known {
        private volatile @Nullable JWKSet keys;
        private volatile long gotAt;
        private volatile long askedAt;
        private volatile boolean asked;
        private volatile boolean missing;
        private volatile boolean failing;
        private volatile boolean busy;
    }

    private IssuerKeys(UpstreamClient client, LongSupplier nanoTime) {
        this.client = client;
        this.nanoTime = nanoTime;
        this.keeper = Thread.ofVirtual().name("issuer-keys").unstarted(this::keep);
    }

    /**
     * Begins to watch. Nobody is asked until a snapshot names somebody.
     *
     * @param client for asking issuers
     * @param nanoTime a clock that never jumps
     */
    public static IssuerKeys open(UpstreamClient client, LongSupplier nanoTime) {
        IssuerKeys opened = new IssuerKeys(client, nanoTime);
        opened.keeper.start();
        return opened;
    }

    /** Takes note of whose keys are needed from now on. */
    public void follow(PolicySnapshot snapshot) {
        Set<TokenIssuer> now = snapshot.machines().issuers();
        issuers = now;
        known.keySet().retainAll(now);
        wake();
    }

    @Override
    public Optional<JWKSet> of(TokenIssuer issuer) {
        Known found = known.get(issuer);
        return found == null || nanoTime.getAsLong() - found.gotAt > LONGEST
                ? Optional.empty()
                : Optional.ofNullable(found.keys);
    }

    @Override
    public void missing(TokenIssuer issuer) {
        Known found = known.get(issuer);
        if (found != null && !found.missing && nanoTime.getAsLong() - found.askedAt > SOON) {
            found.missing = true;
            wake();
        }
    }

    private void wake() {
        lock.lock();
        try {
            wanted.signal();
        } finally {
            lock.unlock();
        }
    }

    private void keep() {
        while (!Thread.currentThread().isInterrupted()) {
            for (TokenIssuer issuer : issuers) {
                Known one = known.computeIfAbsent(issuer, _ -> new Known());
                if (isDue(one) && !one.busy) {
                    one.busy = true;
                    one.asked = true;
                    one.missing = false;
                    one.askedAt = nanoTime.getAsLong();
                    // One that hangs must not hold the others up; each has the deadlines of a provider.
                    Thread.ofVirtual().name("issuer-keys-ask").start(() -> ask(issuer, one));
                }
            }
            lock.lock();
            try {
                if (wanted.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
                    continue;
                }
            } catch (InterruptedException _) {
                return;
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isDue(Known one) {
        if (!one.asked) {
            return true;
        }
        long since = nanoTime.getAsLong() - one.askedAt;
        return since > EVERY || since > SOON && (one.missing || one.failing);
    }

    private void ask(TokenIssuer issuer, Known one) {
        try {
            ProviderHttp http = new ProviderHttp(client, issuer.privateAddressesAllowed(),
                    issuer.trustedCertificates());
            JWKSet got = JWKSet.parse(http.get(keysUrl(issuer, http)));
            if (!got.equals(one.keys)) {
                one.keys = got;
            }
            one.gotAt = nanoTime.getAsLong();
            one.failing = false;
        } catch (SignOnProblem.Stopped e) {
            failed(issuer, one, e.problem().id() + (e.getCause() == null ? "" : ": " + e.getCause().getMessage()));
        } catch (ParseException | IllegalArgumentException e) {
            failed(issuer, one, "what it answers can't be understood: " + e.getMessage());
        } finally {
            one.busy = false;
        }
    }

    private static void failed(TokenIssuer issuer, Known one, String why) {
        if (!one.failing) {
            LOG.log(Level.WARNING, "The keys of the token issuer " + issuer.issuer() + " can't be had (" + why
                    + "). Its last keys hold for a day; it is asked again each half minute. Check the machine clients"
                    + " that name it.");
        }
        one.failing = true;
    }

    private static URI keysUrl(TokenIssuer issuer, ProviderHttp http) throws SignOnProblem.Stopped, ParseException {
        String given = issuer.keysUrl();
        if (given != null) {
            return URI.create(given);
        }
        String base = issuer.issuer().endsWith("/")
                ? issuer.issuer().substring(0, issuer.issuer().length() - 1)
                : issuer.issuer();
        Map<String, Object> said = JSONObjectUtils
                .parse(http.get(URI.create(base + "/.well-known/openid-configuration")));
        OidcTokens.require(issuer.issuer().equals(said.get("issuer")), SignOnProblem.ISSUER);
        return URI.create(Objects.requireNonNullElse(JSONObjectUtils.getString(said, "jwks_uri"), ""));
    }

    /** Stops asking. */
    @Override
    public void close() {
        keeper.interrupt();
    }
}
