package org.gatehouse.gateway.routing.strategy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.routing.targets.PromptFeatures;
import org.gatehouse.gateway.routing.targets.TargetState;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.RouteTerms.Strategy;
import org.gatehouse.governance.snapshot.TargetTerms;

import static org.assertj.core.api.Assertions.assertThat;

class ChooserTest {
    private static final CallTraits CALL = CallTraits.of(1000, 500, "key").wants(CallTraits.Want.STREAM).build();
    private static final long MILLI = 1_000_000L;

    private final Chooser chooser = new Chooser();
    private final List<Option> options = new ArrayList<>();
    private long now = 1;

    private Option add(String name, int weight, TargetTerms terms, long input, long output) {
        UUID id = new UUID(0, options.size());
        Option option = new Option(new Candidate(id, id, name, weight, false, terms,
                new Candidate.TokenPrice(input, output), List.of(new KeyPool.Key(name, name))),
                new TargetState(id, HealthTerms.DEFAULT, () -> 0.5));
        options.add(option);
        return option;
    }

    private Option add(String name, int weight) {
        return add(name, weight, TargetTerms.DEFAULT, 1, 1);
    }

    private static TargetTerms strength(int strength) {
        return new TargetTerms(0, TargetTerms.Abilities.ALL, null, strength, 0);
    }

    private Option choose(Strategy strategy, CallTraits call) {
        return chooser.choose(strategy, ComplexityTerms.DEFAULT, options, call, now);
    }

    private Option choose(Strategy strategy) {
        return choose(strategy, CALL);
    }

    /** A call from end to end. */
    private void serve(Option option, long millis) {
        option.state().sent("t", true, now);
        now += millis * MILLI;
        option.state().firstByte(true, millis * MILLI, now);
        option.state().served(new Breaker.Pass(0, Breaker.Pass.Kind.USUAL), 50, now);
    }

    @Test
    void weightsAreExactToOnePercentOverTenThousandCallsOfManyThreads() throws InterruptedException {
        int[] weights = {50, 30, 13, 6, 1};
        for (int weight : weights) {
            add("t" + weight, weight);
        }
        Map<String, Integer> counts = new ConcurrentHashMap<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                for (int call = 0; call < 1250; call++) {
                    counts.merge(choose(Strategy.WEIGHTED).candidate().name(), 1, Integer::sum);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (int weight : weights) {
            assertThat(counts.get("t" + weight)).as("t" + weight).isBetween(weight * 99, weight * 101);
        }
    }

    @Test
    void weightsAreSpreadRatherThanInRows() {
        add("a", 5);
        add("b", 1);
        add("c", 1);
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            order.append(choose(Strategy.WEIGHTED).candidate().name());
        }
        assertThat(order).hasToString("aabacaa");
    }

    @Test
    void targetThatWasAwayDoesNotCatchUp() {
        Option a = add("a", 1);
        Option b = add("b", 1);
        for (int i = 0; i < 1000; i++) {
            chooser.choose(Strategy.WEIGHTED, ComplexityTerms.DEFAULT, List.of(a), CALL, now);
        }
        int toB = 0;
        for (int i = 0; i < 10; i++) {
            toB += choose(Strategy.WEIGHTED) == b ? 1 : 0;
        }
        assertThat(toB).isEqualTo(5);
    }

    @Test
    void callsInFlightAreSharedByWeight() {
        add("large", 3);
        add("small", 1);
        Map<String, Integer> inFlight = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            Option option = choose(Strategy.LEAST_IN_FLIGHT);
            option.state().sent("t", true, now);
            inFlight.merge(option.candidate().name(), 1, Integer::sum);
        }
        assertThat(inFlight).containsEntry("large", 30).containsEntry("small", 10);
    }

    @Test
    void fastestTargetGetsNearlyAllCallsAndLosesThemWhenItSlowsDown() {
        Option fast = add("fast", 1);
        Option slow = add("slow", 1);
        for (int i = 0; i < 5; i++) {
            serve(fast, 50);
            serve(slow, 400);
        }
        assertThat(choose(Strategy.LOWEST_LATENCY)).isSameAs(fast);
        serve(fast, 3000);
        assertThat(choose(Strategy.LOWEST_LATENCY)).isSameAs(slow);
    }

    @Test
    void fastTargetWithManyCallsInFlightIsNotTheFastestAnyMore() {
        Option fast = add("fast", 1);
        Option slow = add("slow", 1);
        for (int i = 0; i < 5; i++) {
            serve(fast, 100);
            serve(slow, 210);
        }
        Map<Option, Integer> share = new HashMap<>();
        for (int i = 0; i < 30; i++) {
            Option option = choose(Strategy.LOWEST_LATENCY);
            option.state().sent("t", true, now);
            share.merge(option, 1, Integer::sum);
        }
        assertThat(share.get(fast)).isBetween(18, 22);
    }

    @Test
    void newTargetGetsAFirstLookButNoFlood() {
        Option known = add("known", 1);
        for (int i = 0; i < 5; i++) {
            serve(known, 100);
        }
        Option unknown = add("unknown", 1);
        int first = 0;
        for (int i = 0; i < 50; i++) {
            Option option = choose(Strategy.LOWEST_LATENCY);
            option.state().sent("t", true, now);
            first += option == unknown ? 1 : 0;
        }
        assertThat(first).isBetween(1, 2);
    }

    @Test
    void slowTargetIsLookedAtAgainAfterAWhile() {
        Option fast = add("fast", 1);
        Option slow = add("slow", 1);
        for (int i = 0; i < 5; i++) {
            serve(fast, 100);
            serve(slow, 2000);
        }
        int calls = 0;
        while (choose(Strategy.LOWEST_LATENCY) != slow && calls < 1000) {
            serve(fast, 100);
            calls++;
        }
        assertThat(calls).isBetween(50, 600);
    }

    @Test
    void cheapestDependsOnHowLongPromptAndAnswerAre() {
        Option cheapPrompts = add("prompts", 1, TargetTerms.DEFAULT, 1, 100);
        Option cheapAnswers = add("answers", 1, TargetTerms.DEFAULT, 10, 10);
        assertThat(choose(Strategy.CHEAPEST, CallTraits.of(10_000, 100, "k").build())).isSameAs(cheapPrompts);
        assertThat(choose(Strategy.CHEAPEST, CallTraits.of(100, 10_000, "k").build())).isSameAs(cheapAnswers);
    }

    @Test
    void targetsOfOnePriceShareByWeight() {
        add("a", 3);
        add("b", 1);
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            counts.merge(choose(Strategy.CHEAPEST).candidate().name(), 1, Integer::sum);
        }
        assertThat(counts).containsEntry("a", 300).containsEntry("b", 100);
    }

    @Test
    void priceThatOverflowsIsTheHighest() {
        assertThat(new Candidate.TokenPrice(Long.MAX_VALUE / 2, 1).of(3, 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(new Candidate.TokenPrice(Long.MAX_VALUE / 2, Long.MAX_VALUE / 2).of(1, 2))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void simplePromptsGoToTheWeakAndHardOnesToTheStrong() {
        Option weak = add("weak", 1, strength(20), 1, 1);
        Option strong = add("strong", 1, strength(90), 10, 10);
        PromptFeatures simple = PromptScan.of("Hello, what is the capital of France?", 12, 0, 0, false, 0);
        PromptFeatures hard = PromptScan.of("Prove step by step that the algorithm below is optimal, analyse its "
                + "cost and refactor it:\n```java\npublic class A {}\n```", 2500, 4000, 3, false, 6);
        assertThat(choose(Strategy.COMPLEXITY, CallTraits.of(1, 1, "k").features(simple).build())).isSameAs(weak);
        assertThat(choose(Strategy.COMPLEXITY, CallTraits.of(1, 1, "k").features(hard).build())).isSameAs(strong);
        assertThat(choose(Strategy.COMPLEXITY, CALL)).as("nobody looked at the prompt").isSameAs(strong);
    }

    @Test
    void importantCallsGoToWhatIsKeptForThem() {
        add("everybody", 1);
        Option reserved = add("reserved", 1, new TargetTerms(0, TargetTerms.Abilities.ALL, null, 100, 5), 1, 1);
        assertThat(choose(Strategy.PRIORITY)).isSameAs(reserved);
    }
}
