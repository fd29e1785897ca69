package org.gatehouse.acceptance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;

import static org.assertj.core.api.Assertions.assertThat;

/** A vendor's layer on a running box, and a local engine out of it: simulated, on a GPU that a library plays. */
@Order(7)
@ExtendWith(Steps.Given.class)
final class EnginesRound {
    private static final String LAYERS = "/api/v1/system/layers";
    private static final String DEPLOYMENTS = "/api/v1/deployments";
    private static final String LAYER = "simulated-engine";
    private static final String FIRST = "0.1.0-simulated";
    private static final String NEXT = "0.2.0-simulated";
    private static final String MODEL = "sim-local";
    private static final int PART = 8 << 20;
    private static final Duration POLL = Duration.ofSeconds(2);
    private static final Duration INSTALLING = Duration.ofMinutes(10);
    private static final Duration LOADING = Duration.ofMinutes(10);

    @Test
    void layerBringsAnEngineThatServesAndComesBackAfterARestart(Steps steps) throws Exception {
        Path folder = Lab.here().folder("engines");
        Path good = layer("layers");
        try (Station station = Station.copyOfSetUpBox(folder)) {
            steps.run("has no layer at first", () -> {
                station.rebuild(station.hardware().withKernelArguments(DaemonKiller.kernelArguments()));
                station.serve();
                assertThat(layers(station.box()).path("layers")).isEmpty();
            });
            for (SpoiltLayer.Wrong wrong : new SpoiltLayer(good, folder).all()) {
                steps.run("refuses a layer with " + wrong.what(), () -> {
                    send(station.box(), new ByteArrayInputStream(wrong.bytes()));
                    JsonNode problem = station.box().post(LAYERS + "/check", Map.of()).expect(422).json();
                    steps.note(problem.path("detail").asText());
                    assertThat(problem.path("type").asText()).endsWith(":" + wrong.code());
                    JsonNode after = refusedInstall(station.box());
                    assertThat(after.path("trouble").path("code").asText()).isEqualTo(wrong.code());
                    assertThat(after.path("layers")).isEmpty();
                });
            }
            steps.run("takes the good one, restarts, and has it mounted", () -> {
                try (InputStream in = Files.newInputStream(good)) {
                    send(station.box(), in);
                }
                assertThat(station.box().post(LAYERS + "/check", Map.of()).expect(200).json().path("name").asText())
                        .isEqualTo(LAYER);
                station.box().post(LAYERS + "/install", Map.of("restart", true)).expect(200);
                JsonNode layer = awaitMounted(steps, station.box(), FIRST);
                assertThat(layer.path("name").asText()).isEqualTo(LAYER);
            });
            String[] key = new String[1];
            String[] call = new String[1];
            steps.run("an engine of it serves a model", () -> {
                Box box = station.box();
                box.post(DEPLOYMENTS, Map.of("name", MODEL, "publicName", MODEL, "model",
                        "/opt/gatehouse/layers/" + LAYER + "/models/simulated-tiny")).expect(201);
                awaitServing(steps, box);
                String project = box.get("/api/v1/projects").expect(200).json().path("items").path(0).path("id")
                        .asText();
                key[0] = box.post("/api/v1/keys", Map.of("projectId", project, "name", "local")).expect(201).json()
                        .path("secret").asText();
            });
            steps.run("a governed call goes to it and is in the trail", () -> {
                Box.Reply reply = awaitChat(station.box(), key[0]);
                assertThat(reply.text()).contains("[simulated]");
                call[0] = reply.requestId();
                Releases.holds(station.box(), call[0]);
            });
            // The box looks for the first engine that serves each half a minute.
            steps.run("the box remembers that a local model answers",
                    () -> awaitLog(station.box(), "A local model answers on this box"));
            steps.run("the engine runs in a unit of its own, in the engines' slice, and not as root", () -> {
                RunningEngine engine = RunningEngine.on(station.box());
                steps.note(engine.told());
                assertThat(engine.slice()).isEqualTo("gatehouse-engines.slice");
                assertThat(engine.user()).isEqualTo("gatehouse");
                assertThat(engine.controlGroup()).startsWith("/gatehouse.slice/gatehouse-engines.slice/");
            });
            steps.run(
                    "the gateway is killed and comes back, and the engine goes on: same process, calls right after, nothing loaded",
                    () -> {
                        Box box = station.box();
                        RunningEngine before = RunningEngine.on(box);
                        String daemon = RunningEngine.daemonOn(box);
                        DaemonKiller.kill(box);
                        long begun = System.nanoTime();
                        patiently(steps, "signed in again after", box, DEPLOYMENTS + "/status", Lab.BOOT, _ -> true);
                        Box.Reply reply = awaitChat(box, key[0]);
                        steps.measured("served after", Duration.ofNanos(System.nanoTime() - begun));
                        assertThat(RunningEngine.daemonOn(box)).as("the gateway's process").isNotEqualTo(daemon);
                        assertThat(RunningEngine.on(box)).isEqualTo(before);
                        Releases.holds(box, call[0]);
                        Releases.holds(box, reply.requestId());
                    });
            steps.run("after a restart the engine is back without anybody, and no row is lost", () -> {
                station.shutDown();
                station.serve();
                awaitServing(steps, station.box());
                Releases.holds(station.box(), call[0]);
                Releases.holds(station.box(), awaitChat(station.box(), key[0]).requestId());
            });
            steps.run("that start has shown that it is good", () -> {
                String log = awaitLog(station.box(), "This release is good");
                // The trial's own call waits while the engine loads, so the log need not say that it had no answer at first.
                steps.note(log.replaceFirst("(?s).*(This release is good[^\"]*).*", "$1"));
            });
            steps.run("takes the layer's next version, with the same release, and its engine serves", () -> {
                try (InputStream in = Files.newInputStream(layer("layersNext"))) {
                    send(station.box(), in);
                }
                station.box().post(LAYERS + "/install", Map.of("restart", true)).expect(200);
                awaitMounted(steps, station.box(), NEXT);
                awaitServing(steps, station.box());
                Releases.holds(station.box(), awaitChat(station.box(), key[0]).requestId());
            });
            steps.run("goes back to the version before when somebody wants it, and its engine serves", () -> {
                station.box().post(LAYERS + "/return", Map.of("name", LAYER, "restart", true)).expect(200);
                awaitMounted(steps, station.box(), FIRST);
                awaitServing(steps, station.box());
                Releases.holds(station.box(), awaitChat(station.box(), key[0]).requestId());
            });
            steps.run("removed, it is gone after a restart, and the box serves the rest",
                    () -> {
                        station.box().post(LAYERS + "/remove", Map.of("name", LAYER, "restart", true)).expect(204);
                        patiently(steps, "gone after", station.box(), LAYERS, Lab.BOOT,
                                now -> now.path("layers").isEmpty() && now.path("work").isNull());
                        station.box().awaitReady(Lab.BOOT);
                        station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
                        Releases.holds(station.box(), call[0]);
                    });
            steps.run("shuts down in good order", station::shutDown);
        }
    }

    private static JsonNode layers(Box box) throws IOException {
        return box.get(LAYERS).expect(200).json();
    }

    private static void send(Box box, InputStream layer) throws IOException {
        long sent = 0;
        for (byte[] part = layer.readNBytes(PART); part.length > 0; part = layer.readNBytes(PART)) {
            box.putBytes(LAYERS + "/file?offset=" + sent, part).expect(200);
            sent += part.length;
        }
    }

    private static JsonNode refusedInstall(Box box) throws IOException {
        box.post(LAYERS + "/install", Map.of("restart", false)).expect(200);
        return box.awaitJson(LAYERS, now -> now.path("work").isNull(), INSTALLING);
    }

    private static JsonNode awaitMounted(Steps steps, Box box, String version) throws Exception {
        JsonNode state = patiently(steps, "mounted after", box, LAYERS, Lab.BOOT,
                now -> now.path("layers").path(0).path("mounted").asText().equals(version)
                        || now.path("layers").path(0).hasNonNull("code") || now.hasNonNull("trouble"));
        assertThat(state.path("layers").path(0).path("mounted").asText()).as(state.toString()).isEqualTo(version);
        box.awaitReady(Lab.BOOT);
        return state.path("layers").path(0);
    }

    private static void awaitServing(Steps steps, Box box) throws Exception {
        JsonNode status = patiently(steps, "serves after", box, DEPLOYMENTS + "/status", LOADING,
                now -> now.toString().contains("\"serving\"") || now.toString().contains("\"failed\""));
        assertThat(status.toString()).as("how it stands").contains("\"serving\"");
    }

    /** Also over a restart, which ends the session. */
    private static JsonNode patiently(Steps steps, String what, Box box, String path, Duration limit,
            Predicate<JsonNode> wanted) throws Exception {
        long begun = System.nanoTime();
        String seen = "";
        while (System.nanoTime() < begun + limit.toNanos()) {
            try {
                Box.Reply reply = box.get(path);
                if (reply.status() == 401) {
                    box.signIn(Administrator.OF_TESTS);
                }
                seen = reply.text();
                if (reply.status() == 200 && wanted.test(reply.json())) {
                    steps.measured(what, Duration.ofNanos(System.nanoTime() - begun));
                    return reply.json();
                }
            } catch (IOException e) {
                seen = String.valueOf(e.getMessage());
            }
            Thread.sleep(POLL);
        }
        throw new AssertionError(path + " did not become what was hoped for in " + limit + ": " + seen);
    }

    /** A model that serves may be some moments away from those who call it. */
    private static Box.Reply awaitChat(Box box, String key) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        Box.Reply reply = box.chat(key, MODEL, "Hello");
        while (reply.status() != 200 && System.nanoTime() < end) {
            Thread.sleep(POLL);
            reply = box.chat(key, MODEL, "Hello");
        }
        return reply.expect(200);
    }

    private static String awaitLog(Box box, String words) throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        String log = box.supportBundle("log.jsonl");
        while (!log.contains(words) && System.nanoTime() < end) {
            Thread.sleep(POLL);
            log = box.supportBundle("log.jsonl");
        }
        assertThat(log).contains(words);
        return log;
    }

    private static Path layer(String build) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(Lab.property(build)))) {
            return files.filter(file -> file.getFileName().toString().startsWith("gatehouse-layer_")).findFirst()
                    .orElseThrow(() -> new IOException("there is no layer of the simulated engine"));
        }
    }
}
