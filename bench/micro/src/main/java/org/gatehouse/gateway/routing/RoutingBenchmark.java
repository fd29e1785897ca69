package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

import org.gatehouse.gateway.queue.Entry;
import org.gatehouse.gateway.queue.FairQueue;
import org.gatehouse.gateway.queue.QueueTerms;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.strategy.PromptScan;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.routing.targets.PromptFeatures;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.RouteTerms.Strategy;
import org.gatehouse.governance.snapshot.TargetTerms;

/**
 * All that routing does for one call that is served at once: choose among four targets, count, look at their health, find
 * and remember the session, first byte, ten signs of life, end. A clock that is only read, as {@code System.nanoTime}
 * costs some 20 ns a look, is the relative measure.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {
    private static final UUID ROUTE = new UUID(1, 1);
    private static final String[] SESSIONS = new String[4096];
    private static final String PROMPT = "Compare the two designs step by step and refactor this:\n"
            + "public class A { int f(int x) { return x; } }\n".repeat(80);

    static {
        for (int i = 0; i < SESSIONS.length; i++) {
            SESSIONS[i] = "session-" + i;
        }
    }

    /** The route's strategy. */
    @Param({"WEIGHTED", "LEAST_IN_FLIGHT", "LOWEST_LATENCY", "CHEAPEST", "COMPLEXITY"})
    public Strategy strategy = Strategy.WEIGHTED;

    private final Traffic traffic = new Traffic(HealthTerms.DEFAULT, System::nanoTime,
            () -> ThreadLocalRandom.current().nextDouble(), 100_000);
    private final FairQueue queue = new FairQueue(new QueueTerms(64, 1000, 500, 8, Duration.ofMinutes(1)),
            System::nanoTime);
    private final List<Candidate> candidates = new ArrayList<>();
    private final AtomicLong calls = new AtomicLong();
    private RouteTerms terms = RouteTerms.DEFAULT;

    /** Four targets, each with two keys. */
    @Setup
    public void prepare() {
        RouteTerms usual = RouteTerms.DEFAULT;
        terms = new RouteTerms(strategy, null, usual.stickiness(), usual.retries(), usual.residency(), usual.overflow(),
                usual.complexity(), null);
        for (int i = 0; i < 4; i++) {
            candidates.add(new Candidate(new UUID(2, i), new UUID(3, i), "target " + i, 1 + i, false,
                    TargetTerms.DEFAULT, new Candidate.TokenPrice(1_000_000 + i, 2_000_000),
                    List.of(new KeyPool.Key("a" + i, "a" + i), new KeyPool.Key("b" + i, "b" + i))));
        }
    }

    private Step call(boolean inSession) {
        String session = SESSIONS[(int) (calls.getAndIncrement() & SESSIONS.length - 1)];
        CallTraits traits = CallTraits.of(1000, 500, "key").wants(CallTraits.Want.STREAM)
                .wants(CallTraits.Want.TOOLS).session(inSession ? session : null).build();
        Attempts attempts = traffic.begin(ROUTE, terms, candidates, traits,
                System.nanoTime() + 60_000_000_000L);
        if (attempts.next() instanceof Step.Go go) {
            go.attempt().firstByte();
            for (int i = 0; i < 10; i++) {
                go.attempt().life();
            }
            go.attempt().served(100, 10);
        }
        return attempts.next();
    }

    /** A call without a session. */
    @Benchmark
    public Step alone() {
        return call(false);
    }

    /** A call of one of some thousand sessions. */
    @Benchmark
    public Step inSession() {
        return call(true);
    }

    /** Four threads at the same route. */
    @Benchmark
    @Threads(4)
    public Step fourThreads() {
        return call(false);
    }

    /** Through a queue with room. */
    @Benchmark
    public Entry queue() {
        Entry entry = queue.enter("search", 1, false, 1000, 500, System.nanoTime() + 60_000_000_000L);
        if (entry instanceof Entry.Admitted admitted) {
            admitted.turn().leave(1000, 400);
        }
        return entry;
    }

    /** The same by four threads of as many departments. */
    @Benchmark
    @Threads(4)
    public Entry queueOfFourThreads() {
        String department = SESSIONS[(int) (Thread.currentThread().threadId() & 3)];
        Entry entry = queue.enter(department, 1, false, 1000, 500, System.nanoTime() + 60_000_000_000L);
        if (entry instanceof Entry.Admitted admitted) {
            admitted.turn().leave(1000, 400);
        }
        return entry;
    }

    /** The features of a prompt of 4 kB. */
    @Benchmark
    public PromptFeatures scan() {
        return PromptScan.of(PROMPT, 1000, 500, 1, false, 2);
    }
}
