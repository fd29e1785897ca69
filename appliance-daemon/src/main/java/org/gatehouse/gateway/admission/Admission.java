package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.CacheLook;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.gateway.exchange.Reservation.Rate;
import org.gatehouse.gateway.exchange.Reservation.RateHeaders;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.metering.PromptCounter;
import org.gatehouse.gateway.metering.Tariff;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;

/**
 * Reserves what a call may at most use against every limit that applies, all at once, or refuses. The prompt is first
 * bounded by its length, which costs nothing; only when that bound does not fit is it counted exactly.
 *
 * <p>A streamed call to an engine that reports running usage starts with a small lease of output tokens and extends it
 * as it goes, so that it does not block others by what it might produce. Any other call reserves its whole output, and
 * the upstream is told the cap. A call that the cache answers is held against the limits on requests only.
 */
public final class Admission implements Stage {
    /** Output tokens that a leased stream starts with and asks for at a time. */
    public static final long LEASE_TOKENS = 256;
    /** An answer that the client did not cap is not capped below this for a rate's sake. */
    private static final long WORTH_BEGINNING = 1024;

    private final RateLimits rates;
    private final Ledger ledger;
    private final PromptCounter prompts;
    private final InstantSource clock;

    /** Takes the state of the limits, what counts prompts, and the clock of the budgets. */
    public Admission(RateLimits rates, Ledger ledger, PromptCounter prompts, InstantSource clock) {
        this.rates = rates;
        this.ledger = ledger;
        this.prompts = prompts;
        this.clock = clock;
    }

    @Override
    public Verdict pass(Exchange exchange) {
        if (exchange.look() instanceof CacheLook.Hit) {
            return new Attempt(exchange, 0).runWithoutModel(false);
        }
        long bound = prompts.upperBound(exchange);
        exchange.promptTokens(bound, false);
        Verdict verdict = new Attempt(exchange, bound).run();
        if (verdict instanceof Refusal refusal && refusal.reason().status() == 429 && bound > 0
                && exchange.key().limits().size() + exchange.key().budgets().size() > 0) {
            OptionalLong exact = prompts.count(exchange);
            if (exact.isPresent() && exact.getAsLong() < bound) {
                exchange.promptTokens(exact.getAsLong(), true);
                return new Attempt(exchange, exact.getAsLong()).run();
            }
        }
        return verdict;
    }

    /**
     * Lets a session begin that will ask its model for answers later: it takes its place among the calls at the same time and
     * one request of the rate, and must have something left of every quota and budget. Each answer is
     * {@linkplain #answer admitted} by itself.
     */
    public Verdict session(Exchange exchange) {
        return new Attempt(exchange, 0).runWithoutModel(true);
    }

    /** Reserves what an answer inside a session may use; its place among the calls is the session's. */
    public Verdict answer(Exchange exchange) {
        Attempt attempt = new Attempt(exchange, prompts.upperBound(exchange));
        attempt.placed = true;
        return attempt.run();
    }

    /** Holds nothing, and books what was used: of what nobody could ask before it was made. */
    public Reservation afterwards(Exchange exchange) {
        return new BookedAfterwards(rates, ledger, exchange.key(), exchange.arrival(), clock);
    }

    /** One try to get everything; whatever it took before it failed is put back. */
    private final class Attempt {
        private final Exchange exchange;
        private final KeyRecord key;
        private final Instant now;
        private final long input;
        private final boolean producesTokens;
        private final long wanted;
        private long output;
        private boolean placed;
        private final List<Limit> entered = new ArrayList<>(2);
        private final List<Limit> requestsTaken = new ArrayList<>(2);
        private final List<Limit> tokensTaken = new ArrayList<>(2);
        private @Nullable Rate tightestRequests;
        private @Nullable Rate tightestTokens;

        private Attempt(Exchange exchange, long input) {
            this.exchange = exchange;
            this.key = exchange.key();
            this.now = clock.instant();
            this.input = input;
            this.producesTokens = exchange.arrival().surface().generatesText();
            this.wanted = producesTokens ? wantedOutput(exchange) : 0;
            this.output = exchange.leased() ? Math.min(wanted, LEASE_TOKENS) : wanted;
        }

        private Verdict run() {
            boolean held = false;
            try {
                Refusal refusal = takeAll();
                held = refusal == null;
                return refusal == null ? Verdict.GO_ON : refusal;
            } finally {
                if (!held) {
                    putBack();
                }
            }
        }

        /** Of a call that no model works for itself: its rate and its place count, tokens and money are none. */
        private Verdict runWithoutModel(boolean modelFollows) {
            boolean held = false;
            try {
                Refusal refusal = enterAll();
                if (refusal == null) {
                    refusal = takeRequests();
                }
                if (refusal == null && modelFollows) {
                    refusal = nothingLeft();
                }
                held = refusal == null;
                if (held) {
                    exchange.holds(new RequestReservation(rates, entered, new RateHeaders(tightestRequests, null)));
                }
                return refusal == null ? Verdict.GO_ON : refusal;
            } finally {
                if (!held) {
                    putBack();
                }
            }
        }

        private @Nullable Refusal nothingLeft() {
            Need least = new Need(0, 1, 1, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, true);
            return switch (ledger.reserve(key, least, now)) {
                case Ledger.Insufficient insufficient -> usedUp(insufficient);
                case Ledger.Granted granted -> {
                    granted.hold().settle(Usage.NOTHING, null, now, now);
                    yield null;
                }
            };
        }

        private @Nullable Refusal takeAll() {
            Refusal refusal = placed ? null : enterAll();
            if (refusal == null) {
                refusal = takeRequests();
            }
            if (refusal == null) {
                refusal = takeTokens();
            }
            return refusal == null ? reserveQuotas() : refusal;
        }

        private @Nullable Refusal enterAll() {
            for (Limit limit : key.limits()) {
                if (limit.kind() == Limit.Kind.CONCURRENT_REQUESTS) {
                    if (!rates.enter(limit)) {
                        return Refusal.retry(Reason.RATE_LIMITED, "The " + limit.scope().type().id() + " may have "
                                + limit.amount() + " calls running at the same time and has. Wait for one to end.",
                                Duration.ofSeconds(1));
                    }
                    entered.add(limit);
                }
            }
            return null;
        }

        private @Nullable Refusal takeRequests() {
            for (Limit limit : key.limits()) {
                if (limit.kind() == Limit.Kind.REQUESTS_PER_MINUTE) {
                    RateLimits.Taken taken = rates.take(limit, 1);
                    tightestRequests = tighter(tightestRequests, limit, taken.remaining());
                    if (!taken.taken()) {
                        return tooFast(limit, "requests", taken);
                    }
                    requestsTaken.add(limit);
                }
            }
            return null;
        }

        private @Nullable Refusal takeTokens() {
            for (Limit limit : key.limits()) {
                if (TokenRates.countsOutput(limit.kind())) {
                    output = Math.min(output, Math.max(mayProduce(limit), leastOutput()));
                }
            }
            for (Limit limit : key.limits()) {
                if (TokenRates.isTokenRate(limit.kind())) {
                    RateLimits.Taken taken = rates.take(limit, TokenRates.of(limit.kind(), input, output));
                    tightestTokens = tighter(tightestTokens, limit, taken.remaining());
                    if (!taken.taken()) {
                        return tooFast(limit, "tokens", taken);
                    }
                    tokensTaken.add(limit);
                }
            }
            return null;
        }

        /**
         * How much output a rate allows to begin with. A lease is small and grows as the rate refills; a whole answer is
         * not cut short for what is gone in a minute: then the call waits.
         */
        private long mayProduce(Limit limit) {
            long taken = TokenRates.of(limit.kind(), input, 0);
            long now = rates.availableOf(limit) - taken;
            if (exchange.leased()) {
                return now;
            }
            long ever = limit.amount() - taken;
            return exchange.request().outputCap() == null ? Math.max(now, Math.min(ever, WORTH_BEGINNING)) : ever;
        }

        private @Nullable Refusal reserveQuotas() {
            Need need = need();
            return switch (ledger.reserve(key, need, now)) {
                case Ledger.Insufficient insufficient -> usedUp(insufficient);
                case Ledger.Granted granted -> {
                    tokensTaken.forEach(limit -> rates.giveBack(limit,
                            TokenRates.of(limit.kind(), 0, output - granted.outputTokens())));
                    output = granted.outputTokens();
                    hold(granted);
                    yield null;
                }
            };
        }

        /** Whichever of its targets serves the call in the end, the dearest one is paid for. */
        private Need need() {
            BigDecimal perInput = BigDecimal.ZERO;
            BigDecimal perOutput = BigDecimal.ZERO;
            BigDecimal fixed = BigDecimal.ZERO;
            for (ModelRoute.Target target : exchange.candidates()) {
                Tariff tariff = Tariff.of(exchange, target);
                perInput = perInput.max(tariff.perInputToken());
                perOutput = perOutput.max(tariff.perOutputToken());
                fixed = fixed.max(tariff.fixed(exchange));
            }
            return new Need(input, output, leastOutput(), perInput, perOutput, fixed, true);
        }

        private void hold(Ledger.Granted granted) {
            boolean binds = producesTokens && outputBinds();
            // An upstream that knows what there is at most does not work for nothing; a lease grows no further than that.
            long ceiling = exchange.leased() ? Math.min(wanted, granted.most()) : output;
            boolean told = binds && (ceiling < wanted || !exchange.leased() && exchange.request().outputCap() == null);
            exchange.holds(new LimitReservation(rates, granted.hold(), tokensTaken, entered, exchange.arrival(), clock,
                    new RateHeaders(tightestRequests, tightestTokens), binds, told ? ceiling : Long.MAX_VALUE,
                    told && ceiling < wanted, input, output));
        }

        private boolean outputBinds() {
            for (Limit limit : key.limits()) {
                if (TokenRates.countsOutput(limit.kind()) || limit.kind() == Limit.Kind.TOTAL_TOKENS
                        || limit.kind() == Limit.Kind.TOTAL_OUTPUT_TOKENS) {
                    return true;
                }
            }
            return key.budgets().stream().anyMatch(budget -> budget.hard());
        }

        private long leastOutput() {
            return producesTokens ? Math.min(wanted, exchange.request().choices()) : 0;
        }

        private void putBack() {
            entered.forEach(rates::leave);
            requestsTaken.forEach(limit -> rates.giveBack(limit, 1));
            tokensTaken.forEach(limit -> rates.giveBack(limit, TokenRates.of(limit.kind(), input, output)));
        }

        private Rate tighter(@Nullable Rate tightest, Limit limit, long remaining) {
            if (tightest != null
                    && tightest.remaining() * (double) limit.amount() <= remaining * (double) tightest.limit()) {
                return tightest;
            }
            long left = Math.max(0, remaining);
            double missing = limit.amount() == 0 ? 0 : (limit.amount() - left) / (double) limit.amount();
            long reset = (long) (missing * Duration.ofMinutes(1).toNanos());
            return new Rate(limit.amount(), left, reset);
        }

        private Refusal tooFast(Limit limit, String what, RateLimits.Taken taken) {
            exchange.refusedWith(new RateHeaders(tightestRequests, tightestTokens));
            String who = limit.scope().type().id();
            if (taken.never()) {
                return Refusal.of(Reason.RATE_LIMITED, "The call may need more " + what + " than the " + who
                        + "'s limit of " + limit.amount()
                        + " per minute ever allows. Shorten the prompt or lower max_tokens.");
            }
            return Refusal.retry(Reason.RATE_LIMITED, "The " + who + "'s limit of " + limit.amount() + " " + what
                    + " per minute is used up. Wait and try again.", Duration.ofNanos(Math.max(1, taken.waitNanos())));
        }

        private Refusal usedUp(Ledger.Insufficient insufficient) {
            exchange.refusedWith(new RateHeaders(tightestRequests, tightestTokens));
            String what = insufficient.limit() != null
                    ? "The " + insufficient.limit().scope().type().id() + "'s quota of " + insufficient.limit().amount()
                            + " " + insufficient.limit().kind().id().substring("total_".length()).replace('_', ' ')
                    : budgetText(insufficient);
            if (insufficient.hopeless()) {
                return Refusal.of(Reason.QUOTA_USED_UP,
                        what + " is used up, or what is left is too little for this call. Have it raised.");
            }
            return Refusal.retry(Reason.RATE_LIMITED,
                    what + " is held by calls that are running now. Try again when they have ended.",
                    Duration.ofSeconds(1));
        }

        private static String budgetText(Ledger.Insufficient insufficient) {
            var budget = java.util.Objects.requireNonNull(insufficient.budget());
            return "The " + budget.scope().type().id() + "'s budget of " + budget.amount().toPlainString() + " "
                    + budget.currency() + " a " + budget.period().id();
        }

        /** OpenAI and vLLM end a text completion that names no cap after 16 tokens; other surfaces go on to the model's limit. */
        private static long uncapped(Exchange exchange) {
            long most = exchange.route().maxOutputTokens();
            return exchange.arrival().surface() == Surface.COMPLETIONS ? Math.min(most, 16) : most;
        }

        private static long wantedOutput(Exchange exchange) {
            ModelRequest request = exchange.request();
            ModelRoute route = exchange.route();
            ModelRequest.OutputCap cap = request.outputCap();
            // A cap beyond the context is no promise of more: the model ends there by itself.
            long each = cap == null ? uncapped(exchange) : Math.min(cap.tokens(), route.contextTokens());
            return each * request.choices();
        }
    }
}
