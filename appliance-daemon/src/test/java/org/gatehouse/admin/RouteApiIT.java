package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Routes through the admin API, with live figures on paper. */
final class RouteApiIT {
    @TempDir
    Path directory;
    private AdminServer server;
    private String upstream;
    private String model;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        upstream = server.made("upstreams",
                Map.of("name", "openai", "kind", "openai", "baseUrl", "https://api.openai.com/v1", "apiKey", "sk-1"));
        AdminServer.Reply made = server.post("/api/v1/models", """
                {"name": "writer", "targets": [
                    {"upstreamId": "%1$s", "upstreamModel": "m-1", "name": "stable"},
                    {"upstreamId": "%1$s", "upstreamModel": "m-2", "name": "candidate"}],
                 "route": {"strategy": "least_in_flight", "split": {"name": "canary", "arms": [
                    {"name": "control", "share": 9, "targets": ["stable"]},
                    {"name": "new", "share": 1, "targets": ["candidate"]}]}}}
                """.formatted(upstream));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        model = "/api/v1/models/" + made.id();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void routeShowsTargetsKeysAndArmsLive() {
        String stable = server.get(model).json().at("/targets/0/id").asText();
        server.routes.targets.put(UUID.fromString(stable),
                new LiveRoutes.TargetFigures(10, 7, 1, Map.of("rate_limited", 2L), "half_open",
                        Duration.ofMillis(1_500), 3, 1, Duration.ofMillis(250), Duration.ZERO, 41.5));
        server.routes.keys.put(UUID.fromString(upstream),
                List.of(new LiveRoutes.KeyFigures("main", "main", "out_of_money", Duration.ofSeconds(2))));
        server.routes.arms.add(new LiveRoutes.ArmFigures("canary", "new", 8, 2, 1, 0.49, 0.8, 0.94, 320.5, 12, 40,
                1_500, "worse", "undecided"));
        server.routes.arms.add(new LiveRoutes.ArmFigures("an-older-one", "control", 1, 1, 1, 0, 0, 0, 0, 0, 0, 0,
                "undecided", "undecided"));

        JsonNode route = server.get(model + "/route").json();

        assertThat(route.get("furtherAttempts").asInt()).isEqualTo(3);
        assertThat(route.at("/targets/0/failures/rate_limited").asInt()).isEqualTo(2);
        assertThat(route.at("/targets/0/breaker").asText()).isEqualTo("half_open");
        assertThat(route.at("/targets/0/coolDownMillis").asInt()).isEqualTo(1_500);
        assertThat(route.at("/targets/0/firstByteMillis").asDouble()).isEqualTo(250);
        assertThat(route.at("/targets/0/keys/0/out").asText()).isEqualTo("out_of_money");
        assertThat(route.at("/targets/1/attempts").asInt()).isZero();
        assertThat(route.at("/targets/1/firstByteMillis").isNull()).isTrue();
        assertThat(route.at("/arms/0/calls").asInt()).as("figures of another split say nothing").isZero();
        assertThat(route.at("/arms/0/success").isNull()).isTrue();
        assertThat(route.at("/arms/1/success/low").asDouble()).isEqualTo(0.49);
        assertThat(route.at("/arms/1/costPerCall").asText()).isEqualTo("0.0015");
        assertThat(route.at("/arms/1/successVerdict").asText()).isEqualTo("worse");
        assertThat(server.get("/api/v1/models/019a0000-0000-7000-8000-000000000000/route").status()).isEqualTo(404);
    }

    @Test
    void targetIsResetAndThatIsInTheTrail() {
        String target = server.get(model).json().at("/targets/1/id").asText();

        assertThat(server.post(model + "/route/targets/" + target + "/reset", "{}").status()).isEqualTo(200);

        assertThat(server.routes.reset).containsExactly(UUID.fromString(target));
        assertThat(server.actions.records().getLast().objectId()).isEqualTo(target);
        assertThat(server.actions.records().getLast().action()).isEqualTo("reset");
        assertThat(server.post(model + "/route/targets/" + UUID.randomUUID() + "/reset", "{}").status()).isEqualTo(404);
        assertThat(server.routes.reset).hasSize(1);
    }

    @Test
    void splitIsPromotedAndRolledBack() {
        AdminServer.Reply promoted = server.post(model + "/route/split/promote", "{\"arm\":\"new\"}");
        assertThat(promoted.json().at("/route/split/arms/1/share").asInt()).as(promoted.text()).isEqualTo(10);
        assertThat(promoted.header("etag")).isEqualTo("\"2\"");
        assertThat(server.post(model + "/route/split/promote", "{\"arm\":\"nobody\"}").fields())
                .containsExactly("arm");
        AdminServer.Reply back = server.post(model + "/route/split/rollback", "{}");
        assertThat(back.json().at("/route/split/arms/0/share").asInt()).isEqualTo(10);
        assertThat(server.actions.records()).extracting(record -> record.objectType() + "." + record.action())
                .endsWith("models.promote", "models.rollback");
    }

    @Test
    void mergePatchChangesAMemberOfTheRouteAndKeepsTheOthers() {
        AdminServer.Reply patched = server.patch(model, "{\"route\":{\"retries\":{\"attempts\":5}}}");
        assertThat(patched.json().at("/route/retries/attempts").asInt()).as(patched.text()).isEqualTo(5);
        assertThat(patched.json().at("/route/strategy").asText()).isEqualTo("least_in_flight");
        assertThat(patched.json().at("/route/split/name").asText()).isEqualTo("canary");
        assertThat(server.patch(model, "{\"route\":{\"strategy\":\"luckiest\"}}").text())
                .contains("route.strategy").contains("lowest_latency");
        assertThat(server.patch(model, "{\"route\":null}").json().get("route").isNull()).isTrue();
    }

    @Test
    void keysAreNamedAndTheirSecretsNeverShown() {
        String one = "/api/v1/upstreams/" + upstream;
        AdminServer.Reply patched = server.patch(one,
                "{\"keys\":[{\"name\":\"main\"},{\"name\":\"more\",\"account\":\"two\",\"secret\":\"sk-2\"}]}");
        assertThat(patched.json().at("/keys/1/account").asText()).as(patched.text()).isEqualTo("two");
        assertThat(patched.text()).doesNotContain("sk-");
        assertThat(server.patch(one, "{\"region\":\"eu\"}").json().get("keys")).hasSize(2);
        assertThat(server.patch(one, "{\"options\":{\"zone\":\"x\"}}").fields()).containsExactly("options.zone");
        assertThat(server.patch(one, "{\"keys\":[]}").fields()).containsExactly("apiKey");
        assertThat(server.governance.upstream(UUID.fromString(upstream)).orElseThrow().keys()).hasSize(2);
    }
}
