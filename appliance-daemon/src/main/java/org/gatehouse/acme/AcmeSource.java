package org.gatehouse.acme;

import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import org.gatehouse.acme.AcmeFailure.Reason;
import org.gatehouse.acme.AcmeRows.Account;
import org.gatehouse.acme.AcmeRows.InForce;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.listen.CertificateKeeper;
import org.gatehouse.listen.ChallengeDoor;
import org.gatehouse.listen.FreshKey;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.StoreFailure;

/**
 * The certificate that an authority gives this box over the network, and its renewal at two thirds of its life. Until another one lies whole in the
 * keeper's place, the one before stays in force. Thread-safe; one attempt at a time.
 */
public final class AcmeSource implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(AcmeSource.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(15);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final AcmeRows rows;
    private final Rooms rooms;
    /** Held during an attempt. */
    private final ReentrantLock attempting = new ReentrantLock();
    private volatile @Nullable InForce inForce;
    private volatile boolean closed;
    private @Nullable Thread watch;

    /** Has the listeners read the keeper's files again. */
    @FunctionalInterface
    public interface Showing {

        /** Returns when new connections get the new certificate; throws when that can't be. */
        void renew() throws IOException;
    }

    /**
     * What it works with.
     *
     * @param node which box of a fleet this is
     * @param showing called after each new certificate
     */
    public record Rooms(Database database, SecretBox secrets, UUID node, UpstreamClient client,
            CertificateKeeper keeper, ChallengeDoor door, Showing showing, InstantSource clock,
            RandomGenerator random) {}

    private AcmeSource(Rooms rooms) {
        this.rooms = rooms;
        this.rows = new AcmeRows(rooms.database(), rooms.secrets(), rooms.node());
    }

    /** Takes it up where it was. A row that cannot be read is told in the log, and the certificate that is there stays. */
    public static AcmeSource open(Rooms rooms) {
        AcmeSource source = new AcmeSource(rooms);
        try {
            source.inForce = source.rows.inForce().orElse(null);
        } catch (StoreFailure e) {
            LOG.log(System.Logger.Level.ERROR, "The certificate is not renewed by ACME any more: " + e.getMessage()
                    + " Set ACME up again.", e);
        }
        return source;
    }

    /** Begins to renew in time. Once. */
    public void start() {
        watch = Thread.ofVirtual().name("acme-renewal").start(() -> {
            while (!closed) {
                try {
                    TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
                    renewIfDue();
                } catch (InterruptedException _) {
                    return;
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "The renewal of the certificate stumbled; it goes on.", e);
                }
            }
        });
    }

    /** How it does; empty when no authority is set up. */
    public Optional<AcmeState> state() {
        return Optional.ofNullable(inForce).map(InForce::state);
    }

    /** How it does where this very authority is set up already, and did well; empty otherwise. */
    public Optional<AcmeState> state(AcmeDraft draft) {
        return Optional.ofNullable(inForce).filter(now -> now.terms().equals(draft)).map(InForce::state)
                .filter(state -> state.lastError() == null);
    }

    /** What went wrong at the last attempt and what to do; empty when nothing did. */
    public Optional<String> trouble() {
        return state().filter(state -> state.lastError() != null)
                .map(state -> "Its renewal at " + state.directory() + " failed at " + state.lastAttemptAt() + ": "
                        + state.lastError() + " The next attempt is at " + state.nextAttemptAt() + ".");
    }

    /** Asks the directory whether it is one and what it wants; changes nothing. Takes a minute at most. */
    public void check(AcmeDraft draft) throws AcmeFailure {
        new CertificateOrder(draft, rooms.door(), rooms.client()).lookUp();
    }

    /**
     * Gets a certificate and, with it, puts the authority in force: all of it or nothing. Takes some minutes at most.
     *
     * @throws AcmeFailure when there is none; what was in force before stays
     */
    public AcmeState configure(AcmeDraft draft) throws AcmeFailure {
        begin();
        try {
            return attempt(draft);
        } finally {
            listenAsBefore();
            attempting.unlock();
        }
    }

    /**
     * Asks for the next certificate now.
     *
     * @throws AcmeFailure when there is none; the one before stays
     */
    public AcmeState renew() throws AcmeFailure {
        begin();
        try {
            InForce now = inForce;
            if (now == null) {
                throw new AcmeFailure(Reason.STATE, "No authority is set up. Set one up first.");
            }
            try {
                return attempt(now.terms());
            } catch (AcmeFailure e) {
                failed(now, e);
                throw e;
            }
        } finally {
            attempting.unlock();
        }
    }

    /** Asks for no certificate any more; the one that is there stays. */
    public void leave() {
        attempting.lock();
        try {
            inForce = null;
            rows.forget();
            rooms.door().close();
        } finally {
            attempting.unlock();
        }
    }

    private void begin() throws AcmeFailure {
        try {
            if (attempting.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        throw new AcmeFailure(Reason.STATE, "The box is asking for a certificate already. Wait for that, then look.");
    }

    /** Renews when it is time; tells in the state what came of it. */
    void renewIfDue() {
        InForce now = inForce;
        if (now == null) {
            return;
        }
        if (rooms.clock().instant().isBefore(now.state().nextAttemptAt())) {
            listenAsBefore();
            return;
        }
        try {
            AcmeState state = renew();
            LOG.log(System.Logger.Level.INFO, "The certificate was renewed; it is valid until " + state.expiresAt());
        } catch (AcmeFailure e) {
            LOG.log(System.Logger.Level.WARNING, "The certificate was not renewed: " + e.text());
        }
    }

    /** The port answers for the authority in force, or not at all. */
    private void listenAsBefore() {
        InForce now = inForce;
        try {
            if (now == null) {
                rooms.door().close();
            } else {
                rooms.door().open(now.terms().httpPort());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "The challenge port stays shut until the next attempt", e);
        }
    }

    private AcmeState attempt(AcmeDraft draft) throws AcmeFailure {
        try {
            rooms.door().open(draft.httpPort());
        } catch (IOException e) {
            throw new AcmeFailure(Reason.PORT, "The port " + draft.httpPort() + ", at which the authority looks at the"
                    + " box, cannot be opened: " + e.getMessage()
                    + ". Free it, or take another one to which port 80 of the names leads.", null, e);
        }
        CertificateOrder order = new CertificateOrder(draft, rooms.door(), rooms.client());
        order.lookUp();
        Account account = account(draft.directory());
        KeyPair key = AccountKey.pair(account.key());
        CertificateOrder.Obtained obtained;
        try {
            obtained = order.obtain(key, registered(order, account, key).url());
        } catch (AcmeFailure e) {
            if (e.reason() != Reason.ACCOUNT || account.url().isEmpty()) {
                throw e;
            }
            // The authority has forgotten us: introduce the same key once more.
            Account again = new Account(account.directory(), account.key(), "");
            obtained = order.obtain(key, registered(order, again, key).url());
        }
        return take(draft, obtained);
    }

    private Account registered(CertificateOrder order, Account account, KeyPair key) throws AcmeFailure {
        Account known = new Account(account.directory(), account.key(), order.account(key, account.url()));
        rows.keep(known);
        return known;
    }

    /** The account there. Its key is kept before anybody hears of it, so that no attempt leaves an account behind. */
    private Account account(String directory) {
        try {
            Optional<Account> known = rows.account(directory);
            if (known.isPresent()) {
                return known.get();
            }
        } catch (StoreFailure e) {
            LOG.log(System.Logger.Level.WARNING, "The account's key is lost, so the box makes another account: "
                    + e.getMessage());
        }
        Account fresh = new Account(directory, AccountKey.text(FreshKey.make()), "");
        rows.keep(fresh);
        return fresh;
    }

    private AcmeState take(AcmeDraft draft, CertificateOrder.Obtained obtained) throws AcmeFailure {
        Optional<String> objection = rooms.keeper().objection(obtained.chain(), obtained.key(), draft.names());
        if (objection.isPresent()) {
            throw new AcmeFailure(Reason.CERTIFICATE, "What the authority gave cannot be used. " + objection.get());
        }
        try {
            rooms.keeper().give(obtained.chain(), obtained.key());
            X509Certificate leaf = obtained.chain().getFirst();
            Instant now = rooms.clock().instant();
            Instant next = RenewalTimes.of(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(),
                    rooms.random());
            AcmeState state = new AcmeState(draft.directory(), draft.names(),
                    rooms.keeper().kept().map(CertificateKeeper.Kept::fingerprint).orElse(""),
                    leaf.getNotAfter().toInstant(), next, now, null, 0);
            rows.keep(draft, state);
            inForce = new InForce(draft, state);
            rooms.showing().renew();
            return state;
        } catch (IOException e) {
            throw new AcmeFailure(Reason.CERTIFICATE, "The certificate cannot be put in its place: " + e.getMessage()
                    + ".", null, e);
        }
    }

    private void failed(InForce before, AcmeFailure failure) {
        Instant now = rooms.clock().instant();
        Instant next = RenewalTimes.afterFailure(now, before.state().failures(), rooms.random());
        Instant asked = failure.retryAt().filter(at -> at.isAfter(next)).orElse(next);
        AcmeState state = before.state().failed(now, failure.text(), asked);
        inForce = new InForce(before.terms(), state);
        rows.keep(before.terms(), state);
    }

    /** Ends the watch and shuts the port. */
    @Override
    public void close() {
        closed = true;
        Thread running = watch;
        if (running != null) {
            running.interrupt();
        }
        rooms.door().close();
    }
}
