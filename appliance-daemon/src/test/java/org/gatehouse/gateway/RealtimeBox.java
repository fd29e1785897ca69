package org.gatehouse.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.gateway.realtime.RealtimeTerms;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

/** A box with the model {@code talk} at a simulated OpenAI. */
final class RealtimeBox implements AutoCloseable {
    /** A box in use, but for whom a test waits. */
    static final RealtimeTerms TERMS = new RealtimeTerms(20, 8 << 20, 64 << 20, 4, Duration.ofMillis(500),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5), Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(20),
            Duration.ofSeconds(1), Duration.ofMillis(20));

    final SimulatedProvider openai = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual());
    final TestBox box;
    /** Not where a test keeps rows from being written. */
    boolean everyTokenHasItsRow = true;

    RealtimeBox() {
        this(TERMS);
    }

    RealtimeBox(RealtimeTerms terms) {
        box = new TestBox(terms);
        box.model("talk", at(openai), "gpt-realtime", ModelRoute.Tokenizer.UNKNOWN).price("talk", "4", "16");
    }

    /** An upstream at another simulation. */
    Upstream at(SimulatedProvider provider) {
        return box.outside(provider.kind().word() + provider.uri().getPort(),
                Upstream.Kind.valueOf(provider.kind().name()),
                provider.uri() + (provider.kind() == ProviderKind.OPENAI ? "/v1" : ""), "simulated-key", Map.of());
    }

    /** A model that goes to the first target, and to the next one when that fails. */
    void model(String name, Upstream... inTurn) {
        ModelRoute.Target[] targets = new ModelRoute.Target[inTurn.length];
        for (int i = 0; i < inTurn.length; i++) {
            targets[i] = new ModelRoute.Target(UUID.randomUUID(), inTurn[i], "gpt-realtime", 1,
                    TargetTerms.DEFAULT.at(i));
        }
        box.model(name, RouteTerms.DEFAULT, targets);
    }

    RealtimeClient open(String key) {
        return RealtimeClient.open(box, key, "talk");
    }

    /** The rows of answers and of refusals, oldest first. */
    List<CallRecord> answers() {
        return box.rows.stream().filter(row -> row.status() != 101).toList();
    }

    /** The row of the only session. */
    CallRecord session() {
        TestBox.await(() -> box.rows.stream().anyMatch(row -> row.status() == 101), "no row of the session");
        return box.rows.stream().filter(row -> row.status() == 101).findFirst().orElseThrow();
    }

    /** Whatever happened, nothing is held and every token stands in a row. */
    @Override
    public void close() {
        try {
            box.assertNothingHeld();
            TestBox.await(() -> box.sessions.size() == 0, "a session stays open");
            if (everyTokenHasItsRow) {
                box.assertLedgerEqualsRows();
            }
        } finally {
            box.close();
            openai.close();
        }
    }
}
