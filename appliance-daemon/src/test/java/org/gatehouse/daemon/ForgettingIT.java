package org.gatehouse.daemon;

import java.nio.file.Path;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.LimitDraft;
import org.gatehouse.governance.ScopeReference;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** What is deleted from a box that runs leaves its memory, too. */
final class ForgettingIT {
    @TempDir
    Path data;

    @Test
    void windowsOfDeletedLimitsAndConnectionsToChangedUpstreamsAreForgotten() {
        try (SimulatedServer engine = TestDaemon.engine();
                SimulatedServer moved = TestDaemon.engine();
                TestDaemon box = TestDaemon.plain(data)) {
            TestDaemon.Furnished made = box.furnish(engine);
            TestDaemon.IssuedTo key = box.key(made.project(), "ci");
            TestDaemon.IssuedTo other = box.key(made.project(), "other");
            limit(box, key.id(), Limit.Kind.REQUESTS_PER_MINUTE);
            limit(box, key.id(), Limit.Kind.CONCURRENT_REQUESTS);
            limit(box, other.id(), Limit.Kind.REQUESTS_PER_MINUTE);
            assertThat(box.chat(key.text(), "tokens=2").statusCode()).isEqualTo(200);
            assertThat(box.chat(other.text(), "tokens=2").statusCode()).isEqualTo(200);
            assertThat(box.metric("gatehouse_rate_limits")).isEqualTo(3);
            double endpoints = box.metric("gatehouse_upstream_endpoints");
            assertThat(endpoints).isPositive();

            box.daemon.governance().keys().noun().delete(TestDaemon.TEST, key.id(), null, true).made();
            assertThat(box.metric("gatehouse_rate_limits")).as("only the other key's is left").isEqualTo(1);
            assertThat(box.metric("gatehouse_upstream_endpoints")).isEqualTo(endpoints);

            box.daemon.governance().upstreams().update(TestDaemon.TEST, made.upstream(), null,
                    draft -> new Reading.Whole<>(new UpstreamDraft(draft.name(), draft.kind(), moved.uri() + "/v1",
                            draft.apiKey(), draft.local(), draft.privateAddressesAllowed(), draft.simulated(),
                            draft.timeouts(), draft.maxReplyBytes())))
                    .made();
            assertThat(box.metric("gatehouse_upstream_endpoints")).isZero();
            assertThat(box.chat(other.text(), "tokens=2").statusCode()).isEqualTo(200);
            assertThat(box.metric("gatehouse_upstream_endpoints")).isEqualTo(endpoints);
        }
    }

    private static void limit(TestDaemon box, UUID key, Limit.Kind kind) {
        box.daemon.governance().limits()
                .create(TestDaemon.TEST, new LimitDraft(new ScopeReference(Scope.Type.KEY, key), kind, 100)).made();
    }
}
