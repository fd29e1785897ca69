package org.gatehouse.bench;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.KeyVerifier;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.PriceBook;

/** From the presented text to the caller, among 10,000 keys: a right key, and one with a right public part only. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyVerifierBenchmark {
    private static final int KEYS = 10_000;

    private final KeyVerifier verifier = new KeyVerifier(new byte[32]);
    private final PolicySnapshot snapshot = snapshot();
    private final String right = text(4711);
    private final String wrong = text(4711).substring(0, 20) + "x" + text(4711).substring(21);

    private static String text(int number) {
        return KeyVerifier.PREFIX + String.format("%08x", number) + "_"
                + String.format("%043x", number).replace('0', 'A');
    }

    private PolicySnapshot snapshot() {
        UUID id = new UUID(1, 2);
        KeyRecord key = new KeyRecord(id, "bench", id, id, "Department", id, "Project", null, null,
                KeyRecord.State.ACTIVE, null, Grant.all(), Grant.all(), List.of(), List.of(), List.of(),
                KeyRecord.Recording.NONE);
        Map<String, Credential> credentials = new HashMap<>();
        for (int i = 0; i < KEYS; i++) {
            String publicId = String.format("%08x", i);
            credentials.put(publicId, new Credential(publicId, verifier.hash(text(i)), null, key));
        }
        return new PolicySnapshot(1, credentials, Map.of(), new PriceBook(List.of()));
    }

    /** The way in. */
    @Benchmark
    public Optional<Credential> rightKey() {
        return verifier.find(snapshot, right);
    }

    /** Must cost the same, or the time would tell which public parts exist. */
    @Benchmark
    public Optional<Credential> wrongSecret() {
        return verifier.find(snapshot, wrong);
    }
}
