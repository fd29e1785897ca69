package org.gatehouse.daemon;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.Options;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** Upstreams of this machine through the whole daemon: behind a socket, and as a deployment that nobody supervises. */
class LocalUpstreamIT {

    @Test
    void socketIsSetThroughTheAdminApiProbedAndServes(@TempDir Path data, @TempDir Path sockets) {
        Path socket = sockets.resolve("engine.sock");
        try (SimulatedServer first = TestDaemon.engine();
                SimulatedServer engine = SimulatedServer.start(Options.forModel("sim/engine")
                        .withServedModelNames("engine-model").withUnixSocket(socket));
                TestDaemon box = TestDaemon.plain(data)) {
            TestDaemon.Furnished made = box.furnish(first);
            TestDaemon.IssuedTo key = box.key(made.project(), "ci");
            String path = "/api/v1/upstreams/" + made.upstream();

            HttpResponse<String> refused = send(box, "PATCH", path, "{\"baseUrl\":\"unix:relative.sock\"}");
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
            assertThat(refused.body()).contains("baseUrl");
            HttpResponse<String> changed = send(box, "PATCH", path, "{\"baseUrl\":\"unix:" + socket + "\"}");
            assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);

            assertThat(send(box, "POST", path + "/test", "{\"model\":\"engine-model\"}").body())
                    .contains("\"works\":true");
            assertThat(box.chat(key.text(), "tokens=2").statusCode()).isEqualTo(200);
            assertThat(first.ledger().entries()).isEmpty();
            assertThat(engine.ledger().entries()).isNotEmpty()
                    .allMatch(entry -> entry.path().equals("/v1/chat/completions"));
            assertThat(engine.ledger().entries().getLast().cacheSalt()).hasSize(43);
        }
    }

    @Test
    void deploymentThatNobodySupervisesIsRefusedWithItsReason(@TempDir Path data) {
        try (SimulatedServer first = TestDaemon.engine(); TestDaemon box = TestDaemon.plain(data)) {
            TestDaemon.Furnished made = box.furnish(first);
            TestDaemon.IssuedTo key = box.key(made.project(), "ci");
            String path = "/api/v1/upstreams/" + made.upstream();
            assertThat(send(box, "PATCH", path, "{\"baseUrl\":\"deployment:chat\"}").statusCode()).isEqualTo(200);

            HttpResponse<String> reply = box.chat(key.text(), "tokens=2");
            assertThat(reply.statusCode()).isEqualTo(503);
            assertThat(reply.body()).contains("no_healthy_upstream").contains("does not exist on this box");
            assertThat(send(box, "POST", path + "/test", "{}").body()).contains("no engine that serves now");
        }
    }

    private static HttpResponse<String> send(TestDaemon box, String method, String path, String body) {
        return box.send(HttpRequest.newBuilder(box.uri(path)).header("content-type", "application/json")
                .header("authorization", "Bearer " + box.token("admin-token"))
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }
}
