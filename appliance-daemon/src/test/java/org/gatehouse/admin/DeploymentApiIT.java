package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.engines.WrittenEngines;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.store.Databases;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.ReplicaPhase;

import static org.assertj.core.api.Assertions.assertThat;

/** Deployments through the admin API, with engines on paper. */
final class DeploymentApiIT {
    private static final String PATH = "/api/v1/deployments";
    private static final String CHAT = "{\"name\":\"chat\",\"publicName\":\"chat-large\",\"model\":\"/models/chat\"}";
    private static final String NOBODY = PATH + "/019a0000-0000-7000-8000-000000000000";
    @TempDir
    Path directory;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void deploymentIsMadeChangedAndDeletedLikeEveryNoun() {
        AdminServer.Reply made = server.post(PATH, CHAT);

        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.header("etag")).isEqualTo("\"1\"");
        assertThat(made.json().at("/sizing/kvCache").asText()).isEqualTo("auto");
        String one = PATH + "/" + made.id();
        assertThat(server.send("PATCH", one, "{\"replicas\":2}", Map.of("If-Match", "\"9\"")).status()).isEqualTo(412);
        AdminServer.Reply changed = server.patch(one, "{\"replicas\":2,\"sizing\":{\"contextTokens\":4096}}");
        assertThat(changed.json().at("/sizing/contextTokens").asInt()).isEqualTo(4096);
        assertThat(changed.json().get("version").asInt()).isEqualTo(2);
        assertThat(server.get(PATH + "?name=chat").json().get("items")).hasSize(1);
        assertThat(server.get("/api/v1/models?name=chat-large").json().at("/items/0/targets/0/upstream").asText())
                .isEqualTo("chat");
        assertThat(server.delete(one + "?cascade=true").status()).isEqualTo(204);
        assertThat(server.actions.records()).extracting(record -> record.objectType() + "." + record.action())
                .contains("deployments.create", "deployments.update", "deployments.delete");
    }

    @Test
    void badDraftsAreRefusedWithTheField() {
        assertThat(server.post(PATH, CHAT.replace("}", ",\"engine\":\"steam\"}")).fields()).containsExactly("engine");
        assertThat(server.post(PATH, CHAT.replace("}", ",\"replicas\":65}")).fields()).containsExactly("replicas");
        assertThat(server.post(PATH, CHAT.replace("}", ",\"sizing\":{\"contextTokens\":-2}}")).fields())
                .containsExactly("sizing.contextTokens");
        assertThat(server.post(PATH + "/plan", "{\"name\":\"chat\"}").fields()).contains("publicName", "model");
        server.objections = List.of(new FieldError("sizing.gpus", "names GPU-0 twice. Name it once."));
        AdminServer.Reply twice = server.post(PATH, CHAT.replace("}", ",\"sizing\":{\"gpus\":[\"GPU-0\",\"GPU-0\"]}}"));
        assertThat(twice.status()).isEqualTo(400);
        assertThat(twice.fields()).containsExactly("sizing.gpus");
        assertThat(server.get(PATH).json().get("items")).isEmpty();
    }

    @Test
    void takenNamesAreConflicts() {
        server.post(PATH, CHAT);
        String upstream = server.made("upstreams", Map.of("name", "openai", "baseUrl", "https://api.openai.com/v1"));
        server.post("/api/v1/models", "{\"name\":\"small\",\"targets\":[{\"upstreamId\":\"" + upstream
                + "\",\"upstreamModel\":\"m\"}]}");

        for (String taken : List.of(CHAT, CHAT.replace("\"chat\"", "\"other\""),
                CHAT.replace("\"chat\"", "\"other\"").replace("chat-large", "small"))) {
            AdminServer.Reply reply = server.post(PATH, taken);
            assertThat(reply.status()).as(reply.text()).isEqualTo(409);
            assertThat(reply.json().get("detail").asText()).contains("hoose another name");
        }
    }

    @Test
    void planTellsWhereAndWhyOrWhatWouldFit() {
        JsonNode fits = server.post(PATH + "/plan", CHAT).json();
        assertThat(fits.get("verdict").asText()).isEqualTo("fits");
        assertThat(fits.at("/replicas/0/gpus/0/id").asText()).isEqualTo("GPU-0");
        assertThat(fits.at("/replicas/0/memory/kvCache").asLong()).isEqualTo(40L << 30);
        assertThat(fits.get("concurrentSequences").asInt()).isEqualTo(12);
        assertThat(fits.get("givingWay").toString()).isEqualTo("[\"old\"]");

        server.engines.plans = _ -> WrittenEngines.doesNotFit();
        JsonNode not = server.post(PATH + "/plan", CHAT).json();
        assertThat(not.get("verdict").asText()).isEqualTo("does_not_fit");
        assertThat(not.get("obstacle").asText()).isEqualTo("context_too_long");
        assertThat(not.get("longestContext").asInt()).isEqualTo(65_536);
        assertThat(not.get("wouldFit").get(0).asText()).contains("65536 tokens fits");

        server.engines.plans = _ -> WrittenEngines.invalid();
        JsonNode invalid = server.post(PATH + "/plan", CHAT).json();
        assertThat(invalid.get("verdict").asText()).isEqualTo("invalid");
        assertThat(invalid.at("/problems/0/kind").asText()).isEqualTo("gpu_twice");
        assertThat(invalid.at("/problems/0/advice").asText()).isEqualTo("Name it once.");
        assertThat(server.get(PATH).json().get("items")).as("nothing changes").isEmpty();
    }

    @Test
    void statusShowsWhoWaitsForHowMuch() {
        String id = server.post(PATH, CHAT).id();
        server.engines.show(WrittenEngines.standing("chat", FleetView.Standing.SERVING, "", ReplicaPhase.READY, "",
                100));
        server.lines.put("chat", new LiveQueues.Line(8, 8, 5, 2, Map.of("Sales", 1, "Research", 4),
                Duration.ofMillis(2500), 17));

        JsonNode queue = server.get(PATH + "/" + id + "/status").json().get("queue");

        assertThat(queue.toString()).isEqualTo("{\"places\":8,\"running\":8,\"waiting\":5,\"waitingBatch\":2,"
                + "\"departments\":[{\"department\":\"Research\",\"waiting\":4},{\"department\":\"Sales\",\"waiting\":1}],"
                + "\"holdSeconds\":2.5,\"turnedAway\":17}");
        assertThat(server.get(PATH + "/status").json().at("/deployments/0/queue/places").asInt()).isEqualTo(8);
        JsonNode stored = server.get(PATH + "/" + id).json();
        assertThat(stored.get("queue").toString())
                .isEqualTo("{\"maxConcurrentCalls\":0,\"maxWaiting\":256,\"maxWaitingOfDepartment\":0}");
        assertThat(server.send("PATCH", PATH + "/" + id, "{\"queue\":{\"maxConcurrentCalls\":3}}", Map.of()).text())
                .contains("\"maxConcurrentCalls\":3,\"maxWaiting\":256");
        assertThat(server.send("PATCH", PATH + "/" + id, "{\"queue\":{\"maxWaiting\":-1}}", Map.of()).status())
                .isEqualTo(400);
    }

    @Test
    void statusShowsEnginesAndWhatIsNotTakenUpYet() {
        String id = server.post(PATH, CHAT).id();
        assertThat(server.get(PATH + "/" + id + "/status").json().get("standing").asText()).isEqualTo("unknown");

        server.engines.show(WrittenEngines.standing("chat", FleetView.Standing.LOADING, "", ReplicaPhase.LOADING,
                "weights", 43));
        JsonNode status = server.get(PATH + "/status").json();

        JsonNode chat = status.at("/deployments/0");
        assertThat(chat.get("id").asText()).isEqualTo(id);
        assertThat(chat.get("standing").asText()).isEqualTo("loading");
        assertThat(chat.get("retryAfterSeconds").asInt()).isEqualTo(42);
        assertThat(chat.get("queue").isNull()).as("no call has come yet").isTrue();
        assertThat(chat.at("/replicas/0/stage").asText()).isEqualTo("weights");
        assertThat(chat.at("/replicas/0/percent").asInt()).isEqualTo(43);
        assertThat(chat.at("/replicas/0/gpus/0/gpu").asText()).isEqualTo("GPU-0");
        assertThat(chat.at("/replicas/0/running").isNull()).isTrue();
        assertThat(status.at("/gpus/0/holders/0").asText()).isEqualTo("chat-0");

        server.delete(PATH + "/" + id);
        assertThat(server.get(PATH + "/status").json().at("/deployments/0/id").isNull()).as("it ends").isTrue();
    }

    @Test
    void logsAreTheNewestLinesOfItsOwnInstancesWithoutSecrets() {
        String one = PATH + "/" + server.post(PATH, CHAT).id();
        server.engines.show(WrittenEngines.standing("chat", FleetView.Standing.FAILED, "", ReplicaPhase.FAILED, "", 0));
        server.engines.write("chat-0", 1, "vllm serve --api-key s3cr3t");
        server.engines.write("chat-0", 2, "loading");
        server.engines.write("chat-7", 1, "of one that is gone");
        server.engines.write("chat-b-0", 1, "foreign");

        JsonNode lines = server.get(one + "/logs").json().get("lines");
        assertThat(lines.findValuesAsText("text")).containsExactly("vllm serve --api-key ***", "loading");
        assertThat(lines.get(1).get("instance").asText()).isEqualTo("chat-0");
        assertThat(server.get(one + "/logs?lines=1").json().get("lines").findValuesAsText("text"))
                .containsExactly("loading");
        assertThat(server.get(one + "/logs?instance=chat-7").json().get("lines")).hasSize(1);
        assertThat(server.get(one + "/status").text()).doesNotContain("secret-1").contains("Take a smaller model");
        AdminServer.Reply foreign = server.get(one + "/logs?instance=chat-b-0");
        assertThat(foreign.status()).isEqualTo(400);
        assertThat(foreign.fields()).containsExactly("instance");
        assertThat(foreign.json().get("detail").asText()).contains("chat-0");
        assertThat(server.get(one + "/logs?instance=chat-8").status()).isEqualTo(404);
        assertThat(server.get(one + "/logs?lines=2001").fields()).containsExactly("lines");
    }

    @Test
    void retryIsCarriedOutAndRecorded() {
        String id = server.post(PATH, CHAT).id();
        assertThat(server.post(PATH + "/" + id + "/retry", "{}").status()).as("nobody took it up").isEqualTo(409);
        server.engines.show(WrittenEngines.standing("chat", FleetView.Standing.FAILED, "", ReplicaPhase.FAILED, "", 0));

        assertThat(server.post(PATH + "/" + id + "/retry", "{}").json().get("standing").asText()).isEqualTo("failed");

        assertThat(server.engines.retried).containsExactly("chat");
        assertThat(server.actions.records().getLast().action()).isEqualTo("retry");
        assertThat(server.actions.records().getLast().objectId()).isEqualTo(id);
    }

    @Test
    void unknownDeploymentIsNotFound() {
        for (String path : List.of(NOBODY, NOBODY + "/status", NOBODY + "/logs")) {
            assertThat(server.get(path).status()).as(path).isEqualTo(404);
        }
        assertThat(server.post(NOBODY + "/retry", "{}").json().get("detail").asText()).contains("no deployment");
        assertThat(server.get(PATH + "/chat").fields()).containsExactly("id");
    }
}
