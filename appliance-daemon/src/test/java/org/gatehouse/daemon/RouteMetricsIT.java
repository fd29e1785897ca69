package org.gatehouse.daemon;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** What a daemon tells of its targets after a call. */
class RouteMetricsIT {
    @TempDir
    Path data;

    @Test
    void targetIsOnTheMetricsPageAndInTheAdminApiAfterItsFirstCallAndGoesWithItsModel() {
        try (SimulatedServer engine = TestDaemon.engine(); TestDaemon box = TestDaemon.plain(data)) {
            TestDaemon.Furnished made = box.furnish(engine);
            TestDaemon.IssuedTo key = box.key(made.project(), "ci");
            assertThat(box.get("/metrics").body()).doesNotContain("gatehouse_target_");
            assertThat(box.chat(key.text(), "tokens=2").statusCode()).isEqualTo(200);

            String labels = "{model=\"local\",upstream=\"engine\",target=\"engine-model\"";
            assertThat(box.get("/metrics").body()).contains("gatehouse_target_attempts_total" + labels + "} 1\n",
                    "gatehouse_target_breaker_state" + labels + ",state=\"closed\"} 1\n",
                    "gatehouse_target_breaker_state" + labels + ",state=\"open\"} 0\n",
                    "gatehouse_target_in_flight" + labels + "} 0\n",
                    "gatehouse_route_further_attempts_total{model=\"local\"} 0\n");
            assertThat(box.get("/api/v1/models/" + made.model() + "/route", "authorization",
                    "Bearer " + box.token("admin-token")).body()).contains("\"attempts\":1", "\"served\":1",
                            "\"breaker\":\"closed\"");

            box.daemon.governance().models().delete(TestDaemon.TEST, made.model(), null, false).made();
            assertThat(box.get("/metrics").body()).doesNotContain("gatehouse_target_", "gatehouse_route_further");
        }
    }
}
