package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;

import static org.assertj.core.api.Assertions.assertThat;

class LedgerTest {
    private static final UUID ONE = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final Scope PROJECT = new Scope(Scope.Type.PROJECT, ONE);
    private static final Scope ORGANISATION = new Scope(Scope.Type.ORGANISATION, ONE);
    private static final Scope KEY = new Scope(Scope.Type.KEY, ACall.KEY);
    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");
    private static final BigDecimal CENT = new BigDecimal("0.01");

    private final Ledger ledger = new Ledger();

    @Test
    void usedAndReservedNeverPassAnyLimitWhateverTheOrderOfEvents() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Ledger books = new Ledger();
            List<Limit> limits = List.of(quota(PROJECT, Limit.Kind.TOTAL_TOKENS, 5_000 + random.nextInt(5_000)),
                    quota(KEY, Limit.Kind.TOTAL_OUTPUT_TOKENS, 1_000 + random.nextInt(6_000)),
                    quota(ORGANISATION, Limit.Kind.TOTAL_INPUT_TOKENS, 1_000 + random.nextInt(6_000)));
            Budget budget = budget(PROJECT, Budget.Period.DAY, new BigDecimal(20 + random.nextInt(80)));
            KeyRecord key = ACall.key(limits, List.of(budget));
            List<Open> open = new ArrayList<>();
            long input = 0;
            long output = 0;
            BigDecimal spent = BigDecimal.ZERO;
            for (int step = 0; step < 800; step++) {
                int dice = random.nextInt(10);
                if (dice < 4) {
                    Need need = need(random.nextInt(300), 1 + random.nextInt(600));
                    if (books.reserve(key, need, NOON) instanceof Ledger.Granted granted) {
                        assertThat(granted.outputTokens()).isBetween(1L, need.outputTokens());
                        open.add(new Open(granted.hold(), need.inputTokens(), granted.outputTokens()));
                    }
                } else if (dice < 6 && !open.isEmpty()) {
                    Open call = open.get(random.nextInt(open.size()));
                    call.granted += call.hold.extend(1 + random.nextInt(300), NOON);
                } else if (!open.isEmpty()) {
                    Open call = open.remove(random.nextInt(open.size()));
                    long in = random.nextLong(call.input + 1);
                    long out = random.nextLong(call.granted + 1);
                    BigDecimal cost = CENT.multiply(BigDecimal.valueOf(in + out));
                    settle(call.hold, in, out, cost);
                    // A second end of the same call counts for nothing.
                    settle(call.hold, 7, 7, CENT);
                    assertThat(call.hold.extend(5, NOON)).isZero();
                    input += in;
                    output += out;
                    spent = spent.add(cost);
                }
                within(books, limits, budget);
            }
            for (Open call : open) {
                settle(call.hold, 0, 0, BigDecimal.ZERO);
            }
            for (Scope scope : List.of(PROJECT, KEY, ORGANISATION)) {
                Ledger.Balance balance = books.balanceOf(scope);
                assertThat(balance.inputReserved() + balance.outputReserved()).as("seed %d", seed).isZero();
                assertThat(balance.moneyReserved()).isZero();
                assertThat(balance.inputUsed()).isEqualTo(input);
                assertThat(balance.outputUsed()).isEqualTo(output);
                assertThat(balance.spentToday()).isEqualByComparingTo(spent);
                assertThat(balance.spentThisMonth()).isEqualByComparingTo(spent);
            }
        }
    }

    private static final class Open {
        private final Ledger.Hold hold;
        private final long input;
        private long granted;

        private Open(Ledger.Hold hold, long input, long granted) {
            this.hold = hold;
            this.input = input;
            this.granted = granted;
        }
    }

    private static void within(Ledger books, List<Limit> limits, Budget budget) {
        for (Limit limit : limits) {
            Ledger.Balance balance = books.balanceOf(limit.scope());
            long held = switch (limit.kind()) {
                case TOTAL_TOKENS -> balance.inputUsed() + balance.inputReserved() + balance.outputUsed()
                        + balance.outputReserved();
                case TOTAL_INPUT_TOKENS -> balance.inputUsed() + balance.inputReserved();
                default -> balance.outputUsed() + balance.outputReserved();
            };
            assertThat(held).isBetween(0L, limit.amount());
        }
        Ledger.Balance balance = books.balanceOf(budget.scope());
        assertThat(balance.spentToday().add(balance.moneyReserved())).isLessThanOrEqualTo(budget.amount());
    }

    @Test
    void racingThreadsShareAQuotaToTheToken() throws InterruptedException {
        Limit quota = quota(PROJECT, Limit.Kind.TOTAL_OUTPUT_TOKENS, 10_000);
        KeyRecord key = ACall.key(List.of(quota), List.of());
        AtomicLong used = new AtomicLong();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            Random random = new Random(i);
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                for (int call = 0; call < 40; call++) {
                    if (ledger.reserve(key, need(0, 1 + random.nextInt(30)), NOON) instanceof Ledger.Granted granted) {
                        long more = granted.hold().extend(random.nextInt(20) + 1, NOON);
                        long out = random.nextLong(granted.outputTokens() + more + 1);
                        settle(granted.hold(), 0, out, null);
                        used.addAndGet(out);
                    }
                }
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        Ledger.Balance balance = ledger.balanceOf(PROJECT);

        assertThat(balance.outputReserved()).isZero();
        assertThat(balance.outputUsed()).isEqualTo(used.get()).isLessThanOrEqualTo(10_000);
    }

    @Test
    void lastTokensAreGrantedExactlyAndThenNone() {
        KeyRecord key = ACall.key(List.of(quota(KEY, Limit.Kind.TOTAL_TOKENS, 100)), List.of());

        Ledger.Granted first = (Ledger.Granted) ledger.reserve(key, need(30, 1000), NOON);
        assertThat(first.outputTokens()).isEqualTo(70);
        assertThat(ledger.reserve(key, need(1, 1), NOON))
                .isEqualTo(new Ledger.Insufficient(key.limits().getFirst(), null, false));
        settle(first.hold(), 30, 65, null);
        assertThat(((Ledger.Granted) ledger.reserve(key, need(1, 1000), NOON)).outputTokens()).isEqualTo(4);
        assertThat(ledger.reserve(key, need(10, 1), NOON))
                .isEqualTo(new Ledger.Insufficient(key.limits().getFirst(), null, true));
    }

    @Test
    void inputQuotaThatIsUsedToItsLastTokenDoesNotCutTheAnswer() {
        KeyRecord key = ACall.key(List.of(quota(KEY, Limit.Kind.TOTAL_INPUT_TOKENS, 100)), List.of());

        Ledger.Granted granted = (Ledger.Granted) ledger.reserve(key, need(100, 10), NOON);

        assertThat(granted.hold().extend(500, NOON)).isEqualTo(500);
        assertThat(ledger.reserve(key, need(1, 1), NOON)).isInstanceOf(Ledger.Insufficient.class);
    }

    @Test
    void outputQuotaThatIsUsedUpDoesNotStopWhatProducesNoTokens() {
        KeyRecord key = ACall.key(List.of(quota(KEY, Limit.Kind.TOTAL_OUTPUT_TOKENS, 0)), List.of());

        assertThat(ledger.reserve(key, new Need(50, 0, 0, CENT, CENT, BigDecimal.ZERO, true), NOON))
                .isInstanceOf(Ledger.Granted.class);
    }

    @Test
    void budgetIsSpentToTheLastFractionAndThenStopsEverything() {
        KeyRecord key = ACall.key(List.of(), List.of(budget(PROJECT, Budget.Period.DAY, new BigDecimal("1.005"))));

        Ledger.Granted granted = (Ledger.Granted) ledger.reserve(key, need(40, 1000), NOON);
        assertThat(granted.outputTokens()).isEqualTo(60);
        settle(granted.hold(), 40, 60, new BigDecimal("1.00"));
        assertThat(ledger.reserve(key, need(0, 1), NOON)).isEqualTo(new Ledger.Insufficient(null, key.budgets()
                .getFirst(), true));
        Need tiny = new Need(0, 1000, 1, BigDecimal.ZERO, new BigDecimal("0.001"), BigDecimal.ZERO, true);
        Ledger.Granted last = (Ledger.Granted) ledger.reserve(key, tiny, NOON);
        assertThat(last.outputTokens()).isEqualTo(5);
        settle(last.hold(), 0, 5, new BigDecimal("0.005"));
        Need free = new Need(10, 10, 1, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, true);
        assertThat(ledger.reserve(key, free, NOON)).isInstanceOf(Ledger.Insufficient.class);
    }

    @Test
    void answerThatCostsNothingGoesOnWhenItsPromptTookTheLastOfTheBudget() {
        KeyRecord key = ACall.key(List.of(), List.of(budget(PROJECT, Budget.Period.DAY, new BigDecimal("0.10"))));
        Need need = new Need(10, 5, 1, CENT, BigDecimal.ZERO, BigDecimal.ZERO, true);

        Ledger.Granted granted = (Ledger.Granted) ledger.reserve(key, need, NOON);

        assertThat(granted.hold().extend(100, NOON)).isEqualTo(100);
    }

    @Test
    void softBudgetStopsNothing() {
        Budget soft = new Budget(UUID.randomUUID(), PROJECT, Budget.Period.DAY, CENT, "USD", false);

        assertThat(ledger.reserve(ACall.key(List.of(), List.of(soft)), need(1000, 1000), NOON))
                .isInstanceOf(Ledger.Granted.class);
    }

    @Test
    void budgetsStartAnewWithTheDayAndTheMonthAndACallBelongsToTheDayItStartedOn() {
        Instant evening = Instant.parse("2026-03-31T23:59:59Z");
        Instant morning = Instant.parse("2026-04-01T00:00:01Z");
        KeyRecord key = ACall.key(List.of(), List.of(budget(PROJECT, Budget.Period.DAY, BigDecimal.ONE),
                budget(PROJECT, Budget.Period.MONTH, BigDecimal.ONE)));
        Ledger.Granted overnight = (Ledger.Granted) ledger.reserve(key, need(0, 90), evening);

        assertThat(ledger.reserve(key, need(0, 90), evening)).isInstanceOf(Ledger.Granted.class);
        overnight.hold().settle(Usage.tokens(0, 90, Usage.Source.REPORTED), new BigDecimal("0.9"), evening, morning);

        Ledger.Balance balance = ledger.balanceOf(PROJECT);
        assertThat(balance.spentToday()).isZero();
        assertThat(balance.spentThisMonth()).isZero();
    }

    @Test
    void booksAreOpenedWithWhatTheRowsSay() {
        ledger.load(List.of(new ScopeTotals(KEY, 40, 50, LocalDate.ofInstant(NOON, ZoneOffset.UTC),
                new BigDecimal("0.5"), new BigDecimal("0.9"))));
        KeyRecord key = ACall.key(List.of(quota(KEY, Limit.Kind.TOTAL_TOKENS, 100)),
                List.of(budget(KEY, Budget.Period.MONTH, BigDecimal.ONE)));

        assertThat(((Ledger.Granted) ledger.reserve(key, need(0, 1000), NOON)).outputTokens()).isEqualTo(10);
        assertThat(ledger.balanceOf(KEY).moneyReserved()).isEqualByComparingTo("0.1");
    }

    @Test
    void softBudgetIsSaidToBeUsedUpOnceAPeriodAndAgainWhenItsAmountIsReachedAgain() {
        List<BudgetCrossing> said = new ArrayList<>();
        Ledger books = new Ledger(said::add);
        Budget day = soft(KEY, Budget.Period.DAY, "1.00");
        KeyRecord key = ACall.key(List.of(), List.of(day, soft(KEY, Budget.Period.MONTH, "1.50")));

        spend(books, key, "0.99", NOON);
        assertThat(said).isEmpty();
        spend(books, key, "0.01", NOON);
        spend(books, key, "0.40", NOON);
        assertThat(said).singleElement().isEqualTo(new BudgetCrossing(day, key, new BigDecimal("1.00"),
                Instant.parse("2026-03-04T00:00:00Z")));

        Instant tomorrow = NOON.plusSeconds(86_400);
        spend(books, key, "0.20", tomorrow);
        assertThat(said).as("the month's").hasSize(2).last().satisfies(crossing -> {
            assertThat(crossing.budget().period()).isEqualTo(Budget.Period.MONTH);
            assertThat(crossing.since()).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
        });
        spend(books, key, "1.00", tomorrow);
        assertThat(said).as("the new day's").hasSize(3).last()
                .satisfies(crossing -> assertThat(crossing.spent()).isEqualByComparingTo("1.20"));

        Budget raised = new Budget(day.id(), KEY, Budget.Period.DAY, new BigDecimal("2.00"), "USD", false);
        KeyRecord after = ACall.key(List.of(), List.of(raised));
        spend(books, after, "0.10", tomorrow);
        assertThat(said).hasSize(3);
        spend(books, after, "0.70", tomorrow);
        assertThat(said).hasSize(4);
    }

    @Test
    void budgetsThatAreUsedUpWithoutACallAreFoundOnce() {
        List<BudgetCrossing> said = new ArrayList<>();
        Ledger books = new Ledger(said::add);
        KeyRecord bare = ACall.key(List.of(), List.of());
        spend(books, bare, "3.00", NOON);
        Budget made = soft(KEY, Budget.Period.DAY, "2.00");

        assertThat(books.usedUp(Map.of(made, bare), NOON)).hasSize(1);
        assertThat(books.usedUp(Map.of(made, bare), NOON)).isEmpty();
        spend(books, ACall.key(List.of(), List.of(made)), "1.00", NOON);
        assertThat(said).isEmpty();
        assertThat(books.usedUp(Map.of(), NOON)).isEmpty();
        assertThat(books.usedUp(Map.of(made, bare), NOON)).as("forgotten in between").hasSize(1);
    }

    private static Budget soft(Scope scope, Budget.Period period, String amount) {
        return new Budget(UUID.randomUUID(), scope, period, new BigDecimal(amount), "USD", false);
    }

    private static void spend(Ledger books, KeyRecord key, String cost, Instant now) {
        ((Ledger.Granted) books.reserve(key, need(0, 1), now)).hold().settle(
                Usage.tokens(0, 1, Usage.Source.REPORTED), new BigDecimal(cost), now, now);
    }

    private static void settle(Ledger.Hold hold, long input, long output,
            @org.jspecify.annotations.Nullable BigDecimal cost) {
        hold.settle(Usage.tokens(input, output, Usage.Source.REPORTED), cost, NOON, NOON);
    }

    private static Need need(long input, long output) {
        return new Need(input, output, 1, CENT, CENT, BigDecimal.ZERO, true);
    }

    private static Limit quota(Scope scope, Limit.Kind kind, long amount) {
        return new Limit(UUID.randomUUID(), scope, kind, amount);
    }

    private static Budget budget(Scope scope, Budget.Period period, BigDecimal amount) {
        return new Budget(UUID.randomUUID(), scope, period, amount, "USD", true);
    }
}
