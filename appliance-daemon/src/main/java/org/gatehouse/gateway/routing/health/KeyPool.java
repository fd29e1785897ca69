package org.gatehouse.gateway.routing.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.governance.snapshot.HealthTerms;

/**
 * The keys of one provider: gives them out in turn and rests those that cannot be used. A key that was refused, and all
 * keys of an account that is out of money, are out until a test passes or, failing that, one call may try them after
 * {@link HealthTerms#accountRetest}. A key that went too fast rests for one target only, since providers count a model's
 * calls apart. Thread-safe; holds names, never secrets.
 */
public final class KeyPool {
    private static final long FIRST_REST_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_REST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long LONGEST_ASKED_NANOS = Duration.ofHours(1).toNanos();
    private static final int MOST_DOUBLINGS = 6;

    private final HealthTerms terms;
    private final Map<String, Standing> standings = new HashMap<>();
    private final Map<Rest, Resting> rests = new HashMap<>();
    /** Accounts without money, and when one call may find out whether that is still so. */
    private final Map<String, Long> penniless = new HashMap<>();
    private long turns;

    /**
     * A key by name.
     *
     * @param id its own name, for logs and views
     * @param account whose money it spends: keys of one account share its name
     */
    public record Key(String id, String account) {}

    /**
     * How a key stands.
     *
     * @param out why it is out until tested; {@code null} when it is not
     * @param restNanos for how long it still rests, at the target for which that is longest
     */
    public record View(String key, String account, @Nullable Cause out, long restNanos) {}

    private record Rest(String key, UUID target) {}

    private static final class Standing {
        private final Key key;
        private long lastTurn;
        private boolean refused;
        private long retestAt;

        private Standing(Key key) {
            this.key = key;
        }
    }

    /**
     * How long none of some keys can be used.
     *
     * @param nanos 0 when one can be used now
     * @param cause why the one that can be used first rests; {@code null} when it does not, or there is no key
     */
    public record Wait(long nanos, @Nullable Cause cause) {}

    private static final class Resting {
        private Cause cause = Cause.RATE_LIMITED;
        private long until;
        private int inARow;
    }

    /** Takes its terms; keys are learned as they are offered. */
    public KeyPool(HealthTerms terms) {
        this.terms = terms;
    }

    /** Whether {@link #pick} would find one. */
    public synchronized boolean hasOne(List<Key> keys, UUID target, Set<String> exceptAccounts, long now) {
        for (Key key : keys) {
            if (usable(key, target, exceptAccounts, now)) {
                return true;
            }
        }
        return false;
    }

    /** The usable key whose turn is longest ago; {@code null} when there is none. */
    public synchronized @Nullable Key pick(List<Key> keys, UUID target, Set<String> exceptAccounts, long now) {
        Standing best = null;
        for (Key key : keys) {
            if (usable(key, target, exceptAccounts, now)) {
                Standing standing = standing(key);
                if (best == null || standing.lastTurn < best.lastTurn) {
                    best = standing;
                }
            }
        }
        if (best == null) {
            return null;
        }
        best.lastTurn = ++turns;
        // This call is the test; the next comes later.
        if (best.refused) {
            best.retestAt = retest(now);
        }
        penniless.computeIfPresent(best.key.account(), (_, _) -> retest(now));
        return best.key;
    }

    private boolean usable(Key key, UUID target, Set<String> exceptAccounts, long now) {
        if (exceptAccounts.contains(key.account())) {
            return false;
        }
        Standing standing = standings.get(key.id());
        if (standing != null && standing.refused && now - standing.retestAt < 0) {
            return false;
        }
        Long paidAt = penniless.isEmpty() ? null : penniless.get(key.account());
        if (paidAt != null && now - paidAt < 0) {
            return false;
        }
        Resting resting = rests.isEmpty() ? null : rests.get(new Rest(key.id(), target));
        return resting == null || now - resting.until >= 0;
    }

    private Standing standing(Key key) {
        Standing standing = standings.get(key.id());
        if (standing == null || !standing.key.equals(key)) {
            standing = new Standing(key);
            standings.put(key.id(), standing);
        }
        return standing;
    }

    /**
     * A call with a key failed at a target.
     *
     * @param retryAfter how long the provider asked to be left alone; {@code null} when it did not say
     */
    public synchronized void failed(Key key, UUID target, Cause cause, @Nullable Duration retryAfter, long now) {
        switch (cause) {
            case AUTHENTICATION -> {
                Standing standing = standing(key);
                standing.refused = true;
                standing.retestAt = retest(now);
            }
            case OUT_OF_MONEY -> penniless.put(key.account(), retest(now));
            case RATE_LIMITED, PERMISSION -> rest(key, target, cause, retryAfter, now);
            case INVALID_REQUEST, UNSUPPORTED, CONTEXT_TOO_LONG, TOO_LARGE, CONTENT_POLICY, NOT_FOUND, OVERLOADED,
                    TIMEOUT,
                    SERVER_ERROR, BROKEN_ANSWER ->
                {
                }
        }
    }

    private long retest(long now) {
        return now + terms.accountRetest().toNanos();
    }

    private void rest(Key key, UUID target, Cause cause, @Nullable Duration retryAfter, long now) {
        Resting resting = rests.computeIfAbsent(new Rest(key.id(), target), _ -> new Resting());
        resting.cause = cause;
        if (retryAfter == null) {
            // Calls that were out together are refused together: they are one refusal, not several in a row.
            if (now - resting.until >= 0 || resting.inARow == 0) {
                resting.inARow = Math.min(resting.inARow + 1, MOST_DOUBLINGS + 1);
                resting.until = now + Math.min(FIRST_REST_NANOS << (resting.inARow - 1), LONGEST_REST_NANOS);
            }
            return;
        }
        long asked = retryAfter.compareTo(Duration.ofNanos(LONGEST_ASKED_NANOS)) > 0
                ? LONGEST_ASKED_NANOS
                : Math.max(0, retryAfter.toNanos());
        if (resting.inARow == 0 || now + asked - resting.until > 0) {
            resting.until = now + asked;
        }
        resting.inARow = Math.max(1, resting.inARow);
    }

    /** A call with a key was served at a target: whatever was held against the key is over. */
    public synchronized void served(Key key, UUID target, long now) {
        Standing standing = standings.get(key.id());
        if (standing != null) {
            takeBackIn(standing);
        }
        if (!rests.isEmpty()) {
            Resting resting = rests.get(new Rest(key.id(), target));
            if (resting != null && now - resting.until >= 0) {
                rests.remove(new Rest(key.id(), target));
            }
        }
    }

    private void takeBackIn(Standing standing) {
        standing.refused = false;
        if (!penniless.isEmpty()) {
            penniless.remove(standing.key.account());
        }
    }

    /** Whether a key is out until tested. */
    public synchronized boolean isOut(Key key) {
        Standing standing = standings.get(key.id());
        return standing != null && standing.refused || penniless.containsKey(key.account());
    }

    /** A test of a key passed, or an admin replaced it. */
    public synchronized void tested(String key) {
        Standing standing = standings.get(key);
        if (standing != null) {
            takeBackIn(standing);
        }
        rests.keySet().removeIf(rest -> rest.key().equals(key));
    }

    /** Nanoseconds until the first of the keys can be used at a target; 0 when one can. */
    public long nanosUntilOne(List<Key> keys, UUID target, Set<String> exceptAccounts, long now) {
        return untilOne(keys, target, exceptAccounts, now).nanos();
    }

    /** How long until the first of the keys can be used at a target, and why not now. */
    public synchronized Wait untilOne(List<Key> keys, UUID target, Set<String> exceptAccounts, long now) {
        long least = Long.MAX_VALUE;
        Cause cause = null;
        for (Key key : keys) {
            if (usable(key, target, exceptAccounts, now)) {
                return new Wait(0, null);
            }
            Standing standing = standings.get(key.id());
            Resting resting = rests.get(new Rest(key.id(), target));
            long wait = resting == null ? 0 : resting.until - now;
            Cause why = resting == null ? null : resting.cause;
            if (standing != null && standing.refused && standing.retestAt - now > wait) {
                wait = standing.retestAt - now;
                why = Cause.AUTHENTICATION;
            }
            Long paidAt = penniless.get(key.account());
            if (paidAt != null && paidAt - now > wait) {
                wait = paidAt - now;
                why = Cause.OUT_OF_MONEY;
            }
            if (!exceptAccounts.contains(key.account()) && wait < least) {
                least = wait;
                cause = why;
            }
        }
        return new Wait(least, cause);
    }

    /** Forgets the keys that are no longer there. */
    public synchronized void keep(Set<String> keys) {
        standings.keySet().retainAll(keys);
        rests.keySet().removeIf(rest -> !keys.contains(rest.key()));
        penniless.keySet().removeIf(account -> standings.values().stream()
                .noneMatch(standing -> standing.key.account().equals(account)));
    }

    /** How the keys stand that were used so far. */
    public synchronized List<View> view(long now) {
        List<View> views = new ArrayList<>();
        for (Standing standing : standings.values()) {
            long longest = 0;
            for (Map.Entry<Rest, Resting> rest : rests.entrySet()) {
                if (rest.getKey().key().equals(standing.key.id())) {
                    longest = Math.max(longest, rest.getValue().until - now);
                }
            }
            Cause out = penniless.containsKey(standing.key.account())
                    ? Cause.OUT_OF_MONEY
                    : standing.refused ? Cause.AUTHENTICATION : null;
            views.add(new View(standing.key.id(), standing.key.account(), out, longest));
        }
        return views;
    }
}
