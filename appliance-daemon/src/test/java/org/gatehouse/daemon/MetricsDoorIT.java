package org.gatehouse.daemon;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.form.Json;

import static org.assertj.core.api.Assertions.assertThat;

/** Who may read a box's metrics. */
final class MetricsDoorIT {
    @TempDir
    Path data;

    @Test
    void anotherMachineReadsMetricsWithTheMetricsOrTheAdminTokenOnly() throws Exception {
        Optional<String> address = TestDaemon.ownAddress();
        Assumptions.assumeTrue(address.isPresent(), "this machine has no address but loopback");
        try (TestDaemon box = TestDaemon.tls(data, address.get(), null)) {
            assertThat(box.get("/metrics").statusCode()).isEqualTo(401);
            assertThat(box.get("/metrics").body()).contains("metrics-token", "Authorization: Bearer");
            assertThat(box.get("/metrics").headers().firstValue("www-authenticate")).contains("Bearer");
            for (String wrong : new String[]{"Bearer ", "Bearer ghm_wrong", "Bearer " + "x".repeat(5_000),
                    "Basic " + box.token("metrics-token"), box.token("metrics-token")}) {
                assertThat(box.get("/metrics", "authorization", wrong).statusCode()).as(wrong).isEqualTo(401);
            }
            for (String file : new String[]{"metrics-token", "admin-token"}) {
                assertThat(box.get("/metrics", "authorization", "bearer " + box.token(file)).body()).as(file)
                        .contains("gatehouse_calls_in_flight");
            }
            assertThat(box.get("/api/v1/keys", "authorization", "Bearer " + box.token("metrics-token")).statusCode())
                    .as("it opens nothing else").isEqualTo(401);
            assertThat(box.get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anotherMachineReadsMetricsWithATokenOfAProgramThatMaySeeTheBox() throws Exception {
        Optional<String> address = TestDaemon.ownAddress();
        Assumptions.assumeTrue(address.isPresent(), "this machine has no address but loopback");
        try (TestDaemon box = TestDaemon.tls(data, address.get(), null)) {
            assertThat(box.get("/metrics").body()).contains("console", "API tokens");
            for (String access : new String[]{"metrics", "auditor", "governance_admin", "appliance_admin", "finance"}) {
                JsonNode made = token(box, access);
                String bearer = "Bearer " + made.get("secret").asText();
                assertThat(box.get("/metrics", "authorization", bearer).statusCode()).as(access)
                        .isEqualTo(access.equals("finance") ? 401 : 200);
                box.send(HttpRequest.newBuilder(box.uri("/api/v1/tokens/" + made.at("/token/id").asText())).DELETE()
                        .header("authorization", "Bearer " + box.token("admin-token")));
                assertThat(box.get("/metrics", "authorization", bearer).statusCode()).as("without " + access)
                        .isEqualTo(401);
            }
        }
    }

    private static JsonNode token(TestDaemon box, String access) {
        HttpResponse<String> reply = box.send(HttpRequest.newBuilder(box.uri("/api/v1/tokens"))
                .header("authorization", "Bearer " + box.token("admin-token"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"prometheus\",\"access\":\"" + access
                        + "\"}")));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(201);
        return Json.trusted(reply.body());
    }

    @Test
    void proxyOnThisMachineDoesNotLendItsAddressToOthers() {
        try (TestDaemon box = TestDaemon.plain(data)) {
            assertThat(box.get("/metrics").statusCode()).isEqualTo(200);
            for (String header : new String[]{"x-forwarded-for", "forwarded"}) {
                assertThat(box.get("/metrics", header, "for=192.0.2.7").statusCode()).isEqualTo(401);
                assertThat(box.get("/metrics", header, "for=192.0.2.7", "authorization",
                        "Bearer " + box.token("metrics-token")).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void metricsTokenIsKeptOverRestartsAndMadeAnewWhenItsFileIsTakenAway() throws Exception {
        String first;
        try (TestDaemon box = TestDaemon.plain(data)) {
            first = box.token("metrics-token");
            assertThat(first).matches("ghm_[A-Za-z0-9_-]{43}");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("metrics-token"))))
                    .isEqualTo("rw-------");
        }
        try (TestDaemon box = TestDaemon.plain(data)) {
            assertThat(box.token("metrics-token")).isEqualTo(first);
        }
        Files.delete(data.resolve("metrics-token"));
        try (TestDaemon box = TestDaemon.plain(data)) {
            assertThat(box.token("metrics-token")).isNotEqualTo(first);
            assertThat(box.get("/metrics", "x-forwarded-for", "192.0.2.7", "authorization", "Bearer " + first)
                    .statusCode()).isEqualTo(401);
        }
    }
}
