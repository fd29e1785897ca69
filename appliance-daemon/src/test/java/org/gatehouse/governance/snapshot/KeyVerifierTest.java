package org.gatehouse.governance.snapshot;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class KeyVerifierTest {
    private static final String TEXT = "ghk_Ab3dEf9h_" + "x-_".repeat(14) + "y";

    private final KeyVerifier verifier = new KeyVerifier(new byte[32]);
    private final PolicySnapshot snapshot = snapshotWith(verifier.hash(TEXT));

    @Test
    void wholeTextIsFound() {
        assertThat(verifier.find(snapshot, TEXT)).isPresent();
    }

    @Test
    void otherSecretUnderAKnownPublicPartIsUnknown() {
        assertThat(verifier.find(snapshot, TEXT.substring(0, TEXT.length() - 1) + "z")).isEmpty();
    }

    @Test
    void keyOfABoxWithAnotherPepperIsUnknown() {
        byte[] pepper = new byte[32];
        pepper[0] = 1;
        assertThat(new KeyVerifier(pepper).find(snapshot, TEXT)).isEmpty();
    }

    @Test
    void zeroHashIsNobodysSecret() {
        assertThat(verifier.find(PolicySnapshot.empty(), TEXT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ghk_", "' OR '1'='1", "ghk_Ab3dEf9h_",
            "ghk_Ab3dEf9h-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghk_A'--Ef9h_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghk_Ab3dEf9h_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\u0000",
            "GHK_Ab3dEf9h_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghk_Ab3dEf9h_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxé"})
    void malformedTextIsJustUnknown(String text) {
        assertThat(verifier.find(snapshot, text)).isEmpty();
    }

    @Test
    void megabytesCostNothing() {
        assertThat(verifier.find(snapshot, TEXT + "x".repeat(8 << 20))).isEmpty();
    }

    @Test
    void manyThreadsGetTheRightAnswer() throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> tasks = IntStream.range(0, 2_000)
                    .<Callable<Boolean>>mapToObj(i -> () -> verifier.find(snapshot, i % 2 == 0
                            ? TEXT
                            : TEXT.replace('y', 'z')).isPresent() == (i % 2 == 0))
                    .toList();
            for (Future<Boolean> right : threads.invokeAll(tasks)) {
                assertThat(right.get()).isTrue();
            }
        }
    }

    private static PolicySnapshot snapshotWith(byte[] hash) {
        UUID id = new UUID(0, 1);
        KeyRecord key = new KeyRecord(id, "ci", id, id, "Research", id, "Search", null, null, KeyRecord.State.ACTIVE,
                null, Grant.all(), Grant.all(), List.of(), List.of(), List.of(), KeyRecord.Recording.NONE);
        return new PolicySnapshot(1, Map.of("Ab3dEf9h", new Credential("Ab3dEf9h", hash, null, key)), Map.of(),
                new PriceBook(List.of()));
    }
}
