package org.gatehouse.daemon;

import java.nio.file.Path;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.listen.ExpiredCertificate;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** An expired certificate is no reason for a box to be down. */
final class ExpiredCertificateIT {
    private static final String EXPIRY = "gatehouse_certificate_expiry_timestamp_seconds";

    @TempDir
    Path data;
    @TempDir
    Path files;

    @Test
    void boxWithAnExpiredCertificateServesAndSaysSoUntilItIsReplaced() throws Exception {
        Instant ended = ExpiredCertificate.write(files);
        try (SimulatedServer engine = TestDaemon.engine();
                TestDaemon box = TestDaemon.tls(data, "127.0.0.1", files)) {
            TestDaemon.Furnished made = box.furnish(engine);

            assertThat(box.chat(box.key(made.project(), "ci").text(), "tokens=2").statusCode()).isEqualTo(200);
            assertThat(box.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(box.get("/readyz").body()).startsWith("ready\n").contains("warning: The TLS certificate expired",
                    ended.toString());
            assertThat(status(box)).contains("\"certificate\"", "expired at " + ended);
            assertThat(box.metric(EXPIRY)).isEqualTo(ended.getEpochSecond());

            Instant end = ExpiredCertificate.writeGood(files);

            TestDaemon.await(() -> box.metric(EXPIRY) == end.getEpochSecond(), "the new certificate is not shown");
            assertThat(box.get("/readyz").body()).isEqualTo("ready\n");
            assertThat(status(box)).doesNotContain("\"certificate\"");
        }
    }

    private static String status(TestDaemon box) {
        return box.get("/api/v1/system/status", "authorization", "Bearer " + box.token("admin-token")).body();
    }
}
