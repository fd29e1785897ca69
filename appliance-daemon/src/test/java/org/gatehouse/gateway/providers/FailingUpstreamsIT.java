package org.gatehouse.gateway.providers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.junit.jupiter.api.Test;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.gateway.TestBox;
import org.gatehouse.gateway.providers.WireClient.Dialect;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.LedgerEntry;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** What clients see of upstreams that fail, over many calls. Prints the figures. */
class FailingUpstreamsIT {
    private static final int AT_ONCE = 12;
    private static final int UNPROTECTED_CALLS = 3_000;
    private static final Upstream.Timeouts QUICK = new Upstream.Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(5),
            Duration.ofSeconds(5), Duration.ofSeconds(20));

    @Test
    void oneUpstreamFailingNowAndThenInEveryWayIsInvisible() {
        Tally tally = thirtyPercent("as a box is", HealthTerms.DEFAULT, RouteTerms.DEFAULT, 6_000,
                SimulatedProvider.WALL);

        assertThat(tally.whole().sum()).isGreaterThanOrEqualTo(6_000 * 999 / 1000);
    }

    /** Nothing that protects the upstream: each call goes there first. So no rate limits, which rest the key. */
    @Test
    void withoutAnyBreakerEveryCallThatHasNothingYetIsTakenOver() {
        Tally tally = unprotected("without breakers", false);

        assertThat(tally.whole().sum() + tally.partly().sum()).isEqualTo(UNPROTECTED_CALLS);
    }

    @Test
    void withoutAnyBreakerAnswersThatBreakOffAreGoneOnWith() {
        Tally tally = unprotected("without breakers, going on with broken answers", true);

        assertThat(tally.whole().sum()).isGreaterThanOrEqualTo(UNPROTECTED_CALLS * 999 / 1000);
    }

    private static Tally unprotected(String how, boolean continued) {
        HealthTerms patient = new HealthTerms(1_000_000, 100, 1_000_000, Duration.ofSeconds(10), Duration.ofSeconds(5),
                Duration.ofMinutes(1), 1, 2, Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofMinutes(5),
                Duration.ofSeconds(30));
        RouteTerms stubborn = new RouteTerms(RouteTerms.Strategy.WEIGHTED, null, RouteTerms.Stickiness.NONE,
                new RouteTerms.Retries(3, 1, Duration.ofMillis(200), Duration.ofSeconds(2), null, 100, 10, continued),
                RouteTerms.Residency.ANYWHERE, RouteTerms.Overflow.NEVER, ComplexityTerms.DEFAULT, null);
        return thirtyPercent(how, patient, stubborn, UNPROTECTED_CALLS, SimulatedProvider.WALL.stream()
                .filter(failure -> failure != Failure.RATE_LIMITED).toList());
    }

    /** How often what came of a call. */
    private record Tally(LongAdder whole, LongAdder partly, Map<Integer, WireClient.Outcome> unhappy) {}

    private static Tally thirtyPercent(String how, HealthTerms health, RouteTerms terms, int calls,
            List<Failure> failures) {
        try (ProvidersBox park = new ProvidersBox(QUICK, health, ProviderKind.OPENAI, ProviderKind.ANTHROPIC);
                WireClient client = new WireClient(park.box.uri(""), park.key)) {
            SimulatedProvider failing = park.provider(ProviderKind.OPENAI);
            failing.failRandomly(0.3, 7, failures);
            park.box.model("both", terms, ProvidersBox.target(park.upstream(ProviderKind.OPENAI), "gpt-4o", 1, 0),
                    ProvidersBox.target(park.upstream(ProviderKind.ANTHROPIC), "claude-sonnet-4-5", 1, 1));
            Tally tally = new Tally(new LongAdder(), new LongAdder(), new ConcurrentHashMap<>());
            atOnce(calls, call -> {
                switch (client.ask(Dialect.values()[call % 3], "both", "Hello [[sim tokens=8]]", call % 2 == 0,
                        "call-" + call)) {
                    case WireClient.Outcome.Whole _ -> tally.whole.increment();
                    case WireClient.Outcome.Honest honest when honest.status() == 200 -> tally.partly.increment();
                    case WireClient.Outcome other -> tally.unhappy.put(call, other);
                }
            });
            List<LedgerEntry> there = failing.ledger().modelCalls();
            print("two upstreams, one failing 30 %%, %s: %d calls, %d asked it first, %d failed there, %d were taken over",
                    how, calls, there.size(), there.stream().filter(entry -> entry.failure() != null).count(),
                    park.box.rows.stream().filter(row -> !row.attempts().isEmpty()).count());
            print("  success %.3f %% of all calls, %.3f %% of those that could be taken over (%d broke off behind their"
                    + " first output and said so)", 100.0 * tally.whole.sum() / calls,
                    100.0 * tally.whole.sum() / (calls - tally.partly.sum()), tally.partly.sum());
            assertThat(tally.unhappy).isEmpty();
            assertThat(park.box.rows).hasSize(calls);
            assertNoDuplicateBill(park);
            park.box.assertNothingHeld();
            park.box.assertLedgerEqualsRows();
            return tally;
        }
    }

    @Test
    void weightsAreKeptOverManyCalls() {
        int calls = 10_000;
        try (ProvidersBox park = new ProvidersBox(QUICK, ProviderKind.OPENAI, ProviderKind.MISTRAL,
                ProviderKind.DEEPSEEK); WireClient client = new WireClient(park.box.uri(""), park.key)) {
            park.box.model("split", RouteTerms.DEFAULT,
                    ProvidersBox.target(park.upstream(ProviderKind.OPENAI), "gpt-4o", 70, 0),
                    ProvidersBox.target(park.upstream(ProviderKind.MISTRAL), "mistral-large-latest", 20, 0),
                    ProvidersBox.target(park.upstream(ProviderKind.DEEPSEEK), "deepseek-chat", 10, 0));
            LongAdder whole = new LongAdder();
            long begins = System.nanoTime();
            atOnce(calls, call -> {
                if (client.ask(Dialect.OPENAI, "split", "Hello [[sim tokens=2]]", false,
                        "call-" + call) instanceof WireClient.Outcome.Whole) {
                    whole.increment();
                }
            });
            double seconds = (System.nanoTime() - begins) / 1e9;
            double[] shares = List.of("openai", "mistral", "deepseek").stream()
                    .mapToDouble(
                            name -> 100.0 * park.box.rows.stream().filter(row -> name.equals(row.upstream())).count()
                                    / calls)
                    .toArray();
            print("weights 70, 20, 10 over %d calls: %.2f %%, %.2f %%, %.2f %% (%.0f calls/s)", calls, shares[0],
                    shares[1], shares[2], calls / seconds);
            assertThat(whole.sum()).isEqualTo(calls);
            double[] weights = {70, 20, 10};
            for (int i = 0; i < weights.length; i++) {
                assertThat(shares[i]).isBetween(weights[i] - 1, weights[i] + 1);
            }
        }
    }

    @Test
    void targetThatIsGoneIsLeftWithinOneSecond() {
        left("that refuses connections", SimulatedProvider::close);
    }

    @Test
    void targetThatSaysNothingIsLeftWithinOneSecond() {
        left("that says nothing", provider -> provider.failNext(Failure.STALL_BEFORE_HEADERS, 100_000));
    }

    private static void left(String how, java.util.function.Consumer<SimulatedProvider> end) {
        // A pace, so that clients, box and providers do not fight for the two cores that they share here.
        ProviderOptions paced = ProviderOptions.usual().withPace(Duration.ofMillis(20), Duration.ofMillis(1));
        try (ProvidersBox park = new ProvidersBox(QUICK);
                SimulatedProvider dying = SimulatedProvider.start(ProviderKind.OPENAI, paced);
                SimulatedProvider well = SimulatedProvider.start(ProviderKind.ANTHROPIC, paced);
                WireClient client = new WireClient(park.box.uri(""), park.key)) {
            park.box.model("pair", RouteTerms.DEFAULT,
                    ProvidersBox.target(park.upstream("dying", dying), "gpt-4o", 1, 0),
                    ProvidersBox.target(park.upstream("well", well), "claude-sonnet-4-5", 1, 0));
            AtomicInteger call = new AtomicInteger();
            Map<Integer, WireClient.Outcome> unhappy = new ConcurrentHashMap<>();
            long until = System.nanoTime() + Duration.ofSeconds(7).toNanos();
            Instant[] died = new Instant[1];
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < AT_ONCE; i++) {
                    threads.execute(() -> {
                        while (System.nanoTime() < until) {
                            int now = call.incrementAndGet();
                            WireClient.Outcome outcome = client.ask(Dialect.values()[now % 3], "pair",
                                    "Hello [[sim tokens=4]]", now % 2 == 0, "call-" + now);
                            if (!(outcome instanceof WireClient.Outcome.Whole)) {
                                unhappy.put(now, outcome);
                            }
                        }
                    });
                }
                threads.execute(() -> {
                    TestBox.await(() -> System.nanoTime() > until - Duration.ofSeconds(5).toNanos(), "no time passes");
                    died[0] = Instant.now();
                    end.accept(dying);
                });
            }
            List<CallRecord> late = park.box.rows.stream()
                    .filter(row -> row.startedAt().isAfter(died[0].plusSeconds(1))).toList();
            long there = late.stream().filter(row -> "dying".equals(row.upstream())
                    || row.attempts().stream().anyMatch(attempt -> attempt.upstream().equals("dying"))).count();
            long before = park.box.rows.stream().filter(row -> row.startedAt().isBefore(died[0])
                    && "dying".equals(row.upstream())).count();
            double share = 100.0 * there / Math.max(1, late.size());
            print("a target %s: %d calls there before, after 1 s %d of %d new calls (%.2f %%); calls that failed in all:"
                    + " %d of %d", how, before, there, late.size(), share, unhappy.size(), park.box.rows.size());
            unhappy.values().stream().limit(3).forEach(outcome -> print("  such as %s", outcome));
            // Those that had begun when it died cannot be taken over.
            assertThat(unhappy).hasSizeLessThanOrEqualTo(AT_ONCE).values()
                    .allMatch(outcome -> outcome instanceof WireClient.Outcome.Honest);
            assertThat(before).isPositive();
            assertThat(late).hasSizeGreaterThan(100);
            assertThat(share).isLessThan(1);
        }
    }

    private static void assertNoDuplicateBill(ProvidersBox park) {
        Map<String, List<LedgerEntry>> finished = new ConcurrentHashMap<>();
        park.providers().forEach(provider -> {
            assertThat(provider.ledger().answeredMoreThanOnce()).isEmpty();
            provider.ledger().entries().stream()
                    .filter(entry -> entry.state() == LedgerEntry.State.FINISHED && entry.outputTokens() > 0)
                    .forEach(entry -> finished.computeIfAbsent(entry.callerRequestId(), _ -> new ArrayList<>())
                            .add(entry));
        });
        assertThat(finished.values().stream().filter(paid -> paid.size() > 1)).isEmpty();
    }

    private static void atOnce(int calls, java.util.function.IntConsumer ask) {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < AT_ONCE; i++) {
                threads.execute(() -> {
                    for (int call = next.getAndIncrement(); call < calls; call = next.getAndIncrement()) {
                        ask.accept(call);
                    }
                });
            }
        }
    }

    private static void print(String format, Object... values) {
        System.out.println("FIGURE " + String.format(Locale.ROOT, format, values));
    }
}
