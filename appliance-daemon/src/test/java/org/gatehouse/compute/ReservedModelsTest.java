package org.gatehouse.compute;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.PriceBook;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

final class ReservedModelsTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private final Map<String, Credential> keys = new HashMap<>();

    @Test
    void aModelThatTheKeysOfOneDepartmentMayCallIsReservedForIt() {
        key("Research", KeyRecord.State.ACTIVE, null, Grant.only(Set.of("small")));
        key("Research", KeyRecord.State.ACTIVE, null, Grant.all());
        key("Sales", KeyRecord.State.ACTIVE, null, Grant.only(Set.of("other")));

        assertThat(departmentOf("engine")).contains("Research");
        assertThat(departmentOf("nowhere")).isEmpty();
    }

    @Test
    void aModelThatKeysOfTwoDepartmentsMayCallIsNobodys() {
        key("Research", KeyRecord.State.ACTIVE, null, Grant.only(Set.of("small")));
        key("Sales", KeyRecord.State.ACTIVE, null, Grant.all());

        assertThat(departmentOf("engine")).isEmpty();
    }

    @Test
    void keysThatMayNotBeUsedDoNotCount() {
        key("Research", KeyRecord.State.ACTIVE, NOW.plusSeconds(1), Grant.all());
        key("Sales", KeyRecord.State.DISABLED, null, Grant.all());
        key("Sales", KeyRecord.State.REVOKED, null, Grant.all());
        key("Sales", KeyRecord.State.ACTIVE, NOW, Grant.all());

        assertThat(departmentOf("engine")).contains("Research");
        keys.clear();
        assertThat(departmentOf("engine")).isEmpty();
    }

    private Optional<String> departmentOf(String upstream) {
        return new ReservedModels(() -> snapshot(), Clock.fixed(NOW, ZoneOffset.UTC)).apply(upstream);
    }

    private PolicySnapshot snapshot() {
        Upstream upstream = new Upstream(UUID.randomUUID(), "engine", Upstream.Kind.VLLM, "http://127.0.0.1:1/v1", null,
                true, true, true, Upstream.Timeouts.DEFAULT, 1 << 20);
        ModelRoute model = new ModelRoute(UUID.randomUUID(), "small", NOW, ModelRoute.Tokenizer.UNKNOWN, 1_024, 512,
                Grant.all(), List.of(new ModelRoute.Target(UUID.randomUUID(), upstream, "m", 1)));
        return new PolicySnapshot(1, Map.copyOf(keys), Map.of("small", model), new PriceBook(List.of()));
    }

    private void key(String department, KeyRecord.State state, @Nullable Instant expires, Grant<String> models) {
        KeyRecord key = new KeyRecord(UUID.randomUUID(), "k", UUID.randomUUID(), UUID.randomUUID(), department,
                UUID.randomUUID(), "p", null, null, state, expires, models, Grant.all(), List.of(), List.of(),
                List.of(), KeyRecord.Recording.NONE);
        String id = "key" + keys.size();
        keys.put(id, new Credential(id, new byte[32], null, key));
    }
}
