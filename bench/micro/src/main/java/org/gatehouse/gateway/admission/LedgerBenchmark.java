package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;

/** Reserving and settling one call against quotas and budgets on key, project, department and organisation. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LedgerBenchmark {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Need NEED = new Need(120, 256, 1, new BigDecimal("0.0000005"), new BigDecimal("0.0000015"),
            BigDecimal.ZERO, true);
    private static final Usage USED = Usage.tokens(101, 37, Usage.Source.REPORTED);
    private static final BigDecimal COST = new BigDecimal("0.000106");

    private final Ledger ledger = new Ledger();
    private final KeyRecord key = key();

    private static KeyRecord key() {
        UUID id = new UUID(1, 2);
        List<Scope> scopes = List.of(new Scope(Scope.Type.KEY, id), new Scope(Scope.Type.PROJECT, id),
                new Scope(Scope.Type.DEPARTMENT, id), new Scope(Scope.Type.ORGANISATION, id));
        return new KeyRecord(id, "bench", id, id, "Department", id, "Project", null, null, KeyRecord.State.ACTIVE, null,
                Grant.all(), Grant.all(), List.of(),
                scopes.stream().map(scope -> new Limit(id, scope, Limit.Kind.TOTAL_TOKENS, Long.MAX_VALUE / 2))
                        .toList(),
                scopes.stream().map(scope -> new Budget(id, scope, Budget.Period.MONTH, new BigDecimal("1e12"), "EUR",
                        true)).toList(),
                KeyRecord.Recording.NONE);
    }

    /** Nobody else calls. */
    @Benchmark
    public boolean reserveAndSettle() {
        return call();
    }

    /** Four threads that want the one lock all the time: the worst that can be. */
    @Benchmark
    @Threads(4)
    public boolean reserveAndSettleContended() {
        return call();
    }

    private boolean call() {
        return switch (ledger.reserve(key, NEED, NOW)) {
            case Ledger.Granted granted -> {
                granted.hold().settle(USED, COST, NOW, NOW);
                yield true;
            }
            case Ledger.Insufficient insufficient ->
                throw new IllegalStateException("the bench's limits are used up: " + insufficient);
        };
    }
}
