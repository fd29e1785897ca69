package org.gatehouse.gateway.routing;

import org.gatehouse.governance.snapshot.RouteTerms.Retries;

/**
 * What a route may spend on further attempts: a share of its calls and a little in any case. When everything fails, an
 * outage is thus not multiplied by the attempts that each call is allowed. Thread-safe.
 */
final class RetryBudget {
    /** Saved up at most: what so many seconds give in any case, and so many calls' shares. */
    private static final int SECONDS = 10;
    private static final int CALLS = 500;

    private double saved = Double.NaN;
    private long at;

    /** A call came. */
    synchronized void call(Retries terms, long now) {
        flow(terms, now);
        saved = Math.min(most(terms), saved + terms.budgetPercent() / 100.0);
    }

    /** Takes one further attempt; false when it may not be made. */
    synchronized boolean take(Retries terms, long now) {
        flow(terms, now);
        if (saved < 1) {
            return false;
        }
        saved -= 1;
        return true;
    }

    /** Further attempts that could be made now. */
    synchronized double left(Retries terms, long now) {
        flow(terms, now);
        return saved;
    }

    private void flow(Retries terms, long now) {
        if (Double.isNaN(saved)) {
            saved = (double) terms.budgetPerSecond() * SECONDS;
        } else {
            saved = Math.min(most(terms), saved + Math.max(0, now - at) / 1e9 * terms.budgetPerSecond());
        }
        at = now;
    }

    private static double most(Retries terms) {
        return (double) terms.budgetPerSecond() * SECONDS + terms.budgetPercent() / 100.0 * CALLS;
    }
}
