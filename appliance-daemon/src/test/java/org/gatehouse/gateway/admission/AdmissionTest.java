package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.metering.PromptCounter;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

class AdmissionTest {
    private static final Scope KEY = new Scope(Scope.Type.KEY, ACall.KEY);
    private static final String STREAM = ",\"stream\":true";

    private final AtomicLong nanos = new AtomicLong(1);
    private final RateLimits rates = new RateLimits(nanos::get);
    private final Ledger ledger = new Ledger();
    private OptionalLong exactPrompt = OptionalLong.empty();
    private final Admission admission = new Admission(rates, ledger, new PromptCounter() {
        @Override
        public long upperBound(Exchange exchange) {
            return 100;
        }

        @Override
        public OptionalLong count(Exchange exchange) {
            return exactPrompt;
        }
    }, () -> ACall.AT.plusNanos(nanos.get()));

    @Test
    void nothingIsCappedWhenNoLimitBinds() {
        Exchange exchange = admitted(ACall.chat(",\"max_tokens\":50"));

        assertThat(exchange.reservation().outputTokens()).isEqualTo(Long.MAX_VALUE);
        assertThat(exchange.reservation().clamped()).isFalse();
    }

    @Test
    void plainCallReservesItsWholeOutputAndIsClampedToWhatAQuotaHasLeft() {
        Limit quota = limit(Limit.Kind.TOTAL_OUTPUT_TOKENS, 70);

        Exchange fits = admitted(ACall.chat(",\"max_tokens\":50").limited(quota));
        assertThat(fits.reservation().outputTokens()).isEqualTo(50);
        assertThat(fits.reservation().clamped()).isFalse();
        Exchange clamped = admitted(ACall.chat(",\"max_tokens\":50").limited(quota));
        assertThat(clamped.reservation().outputTokens()).isEqualTo(20);
        assertThat(clamped.reservation().clamped()).isTrue();
        // Held, not used: it will be free again.
        assertThat(refused(ACall.chat("").limited(quota)).reason()).isEqualTo(Reason.RATE_LIMITED);
        settle(fits, 0, 50);
        settle(clamped, 0, 20);
        assertThat(refused(ACall.chat("").limited(quota)).reason()).isEqualTo(Reason.QUOTA_USED_UP);
    }

    @Test
    void streamToAnEngineStartsWithALeaseAndAnyOtherWithAll() {
        Limit quota = limit(Limit.Kind.TOTAL_OUTPUT_TOKENS, 100_000);

        assertThat(admitted(ACall.chat(STREAM + ",\"max_tokens\":5000").limited(quota)).reservation().outputTokens())
                .isEqualTo(Admission.LEASE_TOKENS);
        assertThat(admitted(ACall.chat(STREAM + ",\"max_tokens\":5000").limited(quota)
                .to(Upstream.Kind.OPENAI_COMPATIBLE, "https://x.test/v1")).reservation().outputTokens())
                .isEqualTo(5000);
    }

    @Test
    void leaseIsExtendedUntilTheQuotaIsUsedToItsLastToken() {
        Exchange exchange = admitted(ACall.chat(STREAM).limited(limit(Limit.Kind.TOTAL_OUTPUT_TOKENS, 600)));
        Reservation reservation = exchange.reservation();

        assertThat(reservation.extend(256)).isEqualTo(new Reservation.Extension.Granted(256));
        assertThat(reservation.extend(256)).isEqualTo(new Reservation.Extension.Granted(88));
        assertThat(reservation.extend(256)).isEqualTo(new Reservation.Extension.Exhausted());
        settle(exchange, 100, 600);
        assertThat(ledger.balanceOf(KEY).outputUsed()).isEqualTo(600);
        assertThat(ledger.balanceOf(KEY).outputReserved()).isZero();
    }

    @Test
    void leaseIsPacedByTheRateAndThePauseItNamesIsEnough() {
        Limit rate = limit(Limit.Kind.OUTPUT_TOKENS_PER_MINUTE, 300);
        Reservation reservation = admitted(ACall.chat(STREAM).limited(rate)).reservation();
        assertThat(reservation.extend(256)).isEqualTo(new Reservation.Extension.Granted(44));

        Reservation.Extension.Wait wait = (Reservation.Extension.Wait) reservation.extend(256);

        nanos.addAndGet(wait.nanos());
        assertThat(reservation.extend(256)).isEqualTo(new Reservation.Extension.Granted(5));
    }

    @Test
    void refusedCallGivesBackEverythingItTook() {
        Limit concurrency = limit(Limit.Kind.CONCURRENT_REQUESTS, 5);
        Limit requests = limit(Limit.Kind.REQUESTS_PER_MINUTE, 10);
        Limit tokens = limit(Limit.Kind.TOKENS_PER_MINUTE, 1_000);
        Limit input = limit(Limit.Kind.INPUT_TOKENS_PER_MINUTE, 500);
        Limit quota = limit(Limit.Kind.TOTAL_TOKENS, 101);
        Exchange holder = admitted(ACall.chat(",\"max_tokens\":10").limited(quota));
        Ledger.Balance before = ledger.balanceOf(KEY);

        refused(ACall.chat(",\"max_tokens\":10").limited(concurrency, requests, tokens, input, quota));

        assertThat(rates.inFlight(concurrency.id())).isZero();
        assertThat(rates.availableOf(requests)).isEqualTo(10);
        assertThat(rates.availableOf(tokens)).isEqualTo(1_000);
        assertThat(rates.availableOf(input)).isEqualTo(500);
        assertThat(ledger.balanceOf(KEY)).isEqualTo(before);
        settle(holder, 1, 1);
    }

    @Test
    void retryAfterIsTrueForRequestsAndForTokens() {
        Limit requests = limit(Limit.Kind.REQUESTS_PER_MINUTE, 2);
        Limit tokens = limit(Limit.Kind.TOKENS_PER_MINUTE, 600);
        for (Limit limit : new Limit[]{requests, tokens}) {
            ACall call = ACall.chat(",\"max_tokens\":200").limited(limit);
            Exchange first = admitted(call);
            Exchange second = admitted(call);
            Refusal refusal = refused(call);
            assertThat(refusal.reason()).isEqualTo(Reason.RATE_LIMITED);
            Duration wait = Objects.requireNonNull(refusal.retryAfter());
            assertThat(wait).isPositive();
            nanos.addAndGet(wait.toNanos() - 1_000_000);
            refused(call);
            nanos.addAndGet(1_000_000);
            settle(admitted(call), 100, 200);
            settle(first, 100, 200);
            settle(second, 100, 200);
        }
    }

    @Test
    void rateDoesNotCutShortAnAnswerThatTheClientCapped() {
        Limit rate = limit(Limit.Kind.TOKENS_PER_MINUTE, 1_000);
        admitted(ACall.chat(",\"max_tokens\":800").limited(rate));

        // 100 are left; a cap of 50 would have been silently lowered to nothing of use.
        assertThat(refused(ACall.chat(",\"max_tokens\":500").limited(rate)).retryAfter()).isNotNull();
        nanos.addAndGet(Duration.ofSeconds(30).toNanos());
        Exchange second = admitted(ACall.chat(",\"max_tokens\":500").limited(rate));
        assertThat(second.reservation().clamped()).isFalse();
        assertThat(second.reservation().outputTokens()).isEqualTo(500);
    }

    @Test
    void capBeyondWhatARateEverAllowsIsLoweredToThat() {
        Exchange exchange = admitted(
                ACall.chat(",\"max_tokens\":5000").limited(limit(Limit.Kind.TOKENS_PER_MINUTE, 1_000)));

        assertThat(exchange.reservation().outputTokens()).isEqualTo(900);
        assertThat(exchange.reservation().clamped()).isTrue();
    }

    @Test
    void promptThatARateCanNeverHoldIsRefusedWithoutARetry() {
        Refusal refusal = refused(ACall.chat("").limited(limit(Limit.Kind.INPUT_TOKENS_PER_MINUTE, 99)));

        assertThat(refusal.reason()).isEqualTo(Reason.RATE_LIMITED);
        assertThat(refusal.retryAfter()).isNull();
    }

    @Test
    void promptIsCountedExactlyOnlyWhenItsBoundDoesNotFit() {
        Limit quota = limit(Limit.Kind.TOTAL_INPUT_TOKENS, 150);
        Exchange first = admitted(ACall.chat("").limited(quota));
        assertThat(first.promptCountedExactly()).isFalse();

        exactPrompt = OptionalLong.of(12);
        Exchange second = admitted(ACall.chat("").limited(quota));

        assertThat(second.promptTokens()).isEqualTo(12);
        assertThat(second.promptCountedExactly()).isTrue();
        assertThat(ledger.balanceOf(KEY).inputReserved()).isEqualTo(112);
        settle(first, 3, 0);
        settle(second, 12, 0);
        assertThat(ledger.balanceOf(KEY).inputUsed()).isEqualTo(15);
    }

    @Test
    void rateIsCorrectedByWhatWasUsed() {
        Limit rate = limit(Limit.Kind.TOKENS_PER_MINUTE, 1_000);
        settle(admitted(ACall.chat(",\"max_tokens\":300").limited(rate)), 10, 20);
        assertThat(rates.availableOf(rate)).isEqualTo(970);

        settle(admitted(ACall.chat(",\"max_tokens\":300").limited(rate)), 100, 900);
        assertThat(rates.availableOf(rate)).isZero();
    }

    @Test
    void headersTellTheTightestLimitTruly() {
        Limit wide = limit(Limit.Kind.TOKENS_PER_MINUTE, 50_000_000_000L);
        Limit tight = limit(Limit.Kind.INPUT_TOKENS_PER_MINUTE, 400);
        Limit requests = limit(Limit.Kind.REQUESTS_PER_MINUTE, 60);

        Reservation.RateHeaders headers = admitted(ACall.chat(",\"max_tokens\":300").limited(wide, tight, requests))
                .rates();

        assertThat(headers.tokens()).isEqualTo(new Reservation.Rate(400, 300, 15_000_000_000L));
        assertThat(headers.requests()).isEqualTo(new Reservation.Rate(60, 59, 1_000_000_000L));
        Exchange far = admitted(ACall.chat(",\"max_tokens\":300").limited(wide));
        assertThat(far.rates().tokens()).isNotNull().extracting(Reservation.Rate::resetNanos)
                .matches(nanosUntilFull -> nanosUntilFull >= 0);
    }

    @Test
    void limitBeyondAllReasonLimitsNothingAndBreaksNothing() {
        admitted(ACall.chat("").limited(limit(Limit.Kind.TOKENS_PER_MINUTE, Long.MAX_VALUE),
                limit(Limit.Kind.REQUESTS_PER_MINUTE, Long.MAX_VALUE), limit(Limit.Kind.TOTAL_TOKENS, Long.MAX_VALUE)));
    }

    @Test
    void budgetReservesTheDearestWayAndTheFixedPrice() {
        Price price = new Price(UUID.randomUUID(), "m", null, Instant.EPOCH, "USD", new BigDecimal("1000000"),
                new BigDecimal("2000000"), null, null, null, null, null, new BigDecimal("5"));
        Budget budget = new Budget(UUID.randomUUID(), KEY, Budget.Period.DAY, new BigDecimal("145"), "USD", true);

        Exchange exchange = admitted(ACall.chat(",\"max_tokens\":1000").priced(price).budgeted(budget));

        assertThat(exchange.reservation().outputTokens()).isEqualTo(20);
        assertThat(ledger.balanceOf(KEY).moneyReserved()).isEqualByComparingTo("145");
        exchange.reservation().settle(Usage.tokens(10, 10, Usage.Source.REPORTED), new BigDecimal("35"));
        assertThat(ledger.balanceOf(KEY).spentToday()).isEqualByComparingTo("35");
        assertThat(ledger.balanceOf(KEY).moneyReserved()).isZero();
    }

    @Test
    void callThatProducesNoTokensReservesNone() {
        Limit quota = limit(Limit.Kind.TOTAL_OUTPUT_TOKENS, 1);

        settle(admitted(ACall.on(Surface.EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\"}").limited(quota)), 5, 0);
        assertThat(ledger.balanceOf(KEY).outputUsed()).isZero();
    }

    @Test
    void concurrencyIsLeftWhenTheCallEndsAndOnlyOnce() {
        Limit limit = limit(Limit.Kind.CONCURRENT_REQUESTS, 1);
        Exchange first = admitted(ACall.chat("").limited(limit));
        assertThat(refused(ACall.chat("").limited(limit)).retryAfter()).isNotNull();
        settle(first, 1, 1);
        Exchange second = admitted(ACall.chat("").limited(limit));
        settle(first, 1, 1);

        assertThat(rates.inFlight(limit.id())).isOne();
        settle(second, 1, 1);
        assertThat(rates.inFlight(limit.id())).isZero();
    }

    private Exchange admitted(ACall call) {
        Exchange exchange = call.routed();
        Verdict verdict = admission.pass(exchange);
        assertThat(verdict).isEqualTo(Verdict.GO_ON);
        return exchange;
    }

    private Refusal refused(ACall call) {
        Exchange exchange = call.routed();
        Verdict verdict = admission.pass(exchange);
        assertThat(verdict).isInstanceOf(Refusal.class);
        assertThat(exchange.reservationIfKnown()).isNull();
        return (Refusal) verdict;
    }

    private static void settle(Exchange exchange, long input, long output) {
        exchange.reservation().settle(Usage.tokens(input, output, Usage.Source.REPORTED), cost());
    }

    private static @Nullable BigDecimal cost() {
        return null;
    }

    private static Limit limit(Limit.Kind kind, long amount) {
        return new Limit(UUID.randomUUID(), KEY, kind, amount);
    }
}
